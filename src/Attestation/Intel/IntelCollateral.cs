using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace SwarmCompute.Attestation;

/// <summary>
/// What Intel publishes and a quote is judged by (Intel PCS API v4): each part as it came, or null where it is missing. Nothing here is
/// trusted before <see cref="TdxVerifier"/> has checked it.
/// </summary>
public sealed class IntelCollateral
{
    /// <summary>The most bytes of the JSON form.</summary>
    public const int BytesMax = 4 * 1024 * 1024;

    private IntelSignedText<IntelTcbInfo>? _tcbInfoRead;
    private IntelSignedText<IntelQeIdentity>? _qeIdentityRead;
    private RevocationList? _rootListRead, _pckListRead;
    private ImmutableArray<PkiCertificate> _pckCrlChain, _tcbInfoChain, _qeIdentityChain;

    /// <summary>Certificates above the PCK's revocation list: authority, root (PEM).</summary>
    public ReadOnlyMemory<byte>? PckCrlIssuerChain { get; init; }

    /// <summary>The root's revocation list (DER).</summary>
    public ReadOnlyMemory<byte>? RootCrl { get; init; }

    /// <summary>The revocation list of the PCK's authority (DER).</summary>
    public ReadOnlyMemory<byte>? PckCrl { get; init; }

    /// <summary>Certificates above TCB info: signer, root (PEM).</summary>
    public ReadOnlyMemory<byte>? TcbInfoIssuerChain { get; init; }

    /// <summary>TCB info: exactly the bytes that are signed.</summary>
    public ReadOnlyMemory<byte>? TcbInfo { get; init; }

    /// <summary>The signature over TCB info, r‖s.</summary>
    public ReadOnlyMemory<byte>? TcbInfoSignature { get; init; }

    /// <summary>Certificates above the quoting enclave's identity: signer, root (PEM).</summary>
    public ReadOnlyMemory<byte>? QeIdentityIssuerChain { get; init; }

    /// <summary>The quoting enclave's identity: exactly the bytes that are signed.</summary>
    public ReadOnlyMemory<byte>? QeIdentity { get; init; }

    /// <summary>The signature over the identity, r‖s.</summary>
    public ReadOnlyMemory<byte>? QeIdentitySignature { get; init; }

    /// <summary>The platform's certificates, leaf first (PEM), for quotes that hold none.</summary>
    public ReadOnlyMemory<byte>? PckCertificateChain { get; init; }

    internal IntelSignedText<IntelTcbInfo>? TcbInfoRead => _tcbInfoRead ??= Signed(TcbInfo, TcbInfoSignature, IntelTcbInfo.Parse);

    internal IntelSignedText<IntelQeIdentity>? QeIdentityRead => _qeIdentityRead ??= Signed(QeIdentity, QeIdentitySignature, IntelQeIdentity.Parse);

    internal RevocationList? RootListRead => _rootListRead ??= List(RootCrl);

    internal RevocationList? PckListRead => _pckListRead ??= List(PckCrl);

    /// <summary>The chain above the PCK's revocation list; empty where it has another form.</summary>
    internal ImmutableArray<PkiCertificate> PckCrlChain => Chain(ref _pckCrlChain, PckCrlIssuerChain);

    /// <summary>The chain above TCB info; empty where it has another form.</summary>
    internal ImmutableArray<PkiCertificate> TcbInfoChain => Chain(ref _tcbInfoChain, TcbInfoIssuerChain);

    /// <summary>The chain above the identity; empty where it has another form.</summary>
    internal ImmutableArray<PkiCertificate> QeIdentityChain => Chain(ref _qeIdentityChain, QeIdentityIssuerChain);

    /// <summary>Reads the JSON form of <c>dcap-qvl</c> (Phala Network): chains and signed texts as text, lists and signatures in hexadecimal.</summary>
    /// <returns>The collateral; null where the bytes have another form.</returns>
    public static IntelCollateral? Parse(ReadOnlyMemory<byte> json)
    {
        if (json.Length > BytesMax) return null;
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
            var root = document.RootElement;
            return new IntelCollateral
            {
                PckCrlIssuerChain = Text(root, "pck_crl_issuer_chain"),
                RootCrl = Hex(root, "root_ca_crl"),
                PckCrl = Hex(root, "pck_crl"),
                TcbInfoIssuerChain = Text(root, "tcb_info_issuer_chain"),
                TcbInfo = Text(root, "tcb_info"),
                TcbInfoSignature = Hex(root, "tcb_info_signature"),
                QeIdentityIssuerChain = Text(root, "qe_identity_issuer_chain"),
                QeIdentity = Text(root, "qe_identity"),
                QeIdentitySignature = Hex(root, "qe_identity_signature"),
                PckCertificateChain = Text(root, "pck_certificate_chain"),
            };
        }
        catch (Exception e) when (IntelJson.IsProblem(e))
        {
            return null;
        }
    }

    /// <summary>Takes the signed object and its signature out of a body of the service (<c>{"tcbInfo":{…},"signature":"…"}</c>), byte for byte.</summary>
    /// <returns>The two; null where the bytes have another form.</returns>
    public static (ReadOnlyMemory<byte> Signed, byte[] Signature)? Split(ReadOnlyMemory<byte> body, string name)
    {
        if (body.Length > IntelJson.BytesMax) return null;
        try
        {
            var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = 16 });
            return Split(body, name, ref reader);
        }
        catch (Exception e) when (IntelJson.IsProblem(e))
        {
            return null;
        }
    }

    private static (ReadOnlyMemory<byte> Signed, byte[] Signature)? Split(ReadOnlyMemory<byte> body, string name, ref Utf8JsonReader reader)
    {
        ReadOnlyMemory<byte>? signed = null;
        byte[]? signature = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isSigned = reader.ValueTextEquals(name);
            var isSignature = reader.ValueTextEquals("signature"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            if (isSignature && signature is null) signature = Convert.FromHexString(reader.GetString() ?? "");
            else if (isSigned && signed is null && reader.TokenType == JsonTokenType.StartObject)
            {
                reader.Skip();
                signed = body[start..(int)reader.BytesConsumed];
            }
            else return null;
        }
        if (reader.Read()) return null;
        return signed is { } found && signature is not null ? (found, signature) : null;
    }

    private static ImmutableArray<PkiCertificate> Chain(ref ImmutableArray<PkiCertificate> read, ReadOnlyMemory<byte>? pem)
    {
        if (!read.IsDefault || pem is not { } bytes) return read.IsDefault ? [] : read;
        return read = PkiChain.TryParse(bytes, out var chain) ? PkiChain.Ordered(chain) : [];
    }

    private static IntelSignedText<T>? Signed<T>(ReadOnlyMemory<byte>? text, ReadOnlyMemory<byte>? signature, Func<ReadOnlyMemory<byte>, T?> parse) where T : class =>
        text is { } bytes && signature is { } value ? new(bytes.ToArray(), value.ToArray(), parse) : null;

    private static RevocationList? List(ReadOnlyMemory<byte>? der) => der is { } bytes && RevocationList.TryParse(bytes, out var list) ? list : null;

    private static ReadOnlyMemory<byte>? Text(JsonElement root, string name) =>
        Value(root, name) is { } text ? new ReadOnlyMemory<byte>?(Encoding.UTF8.GetBytes(text)) : null;

    private static ReadOnlyMemory<byte>? Hex(JsonElement root, string name) =>
        Value(root, name) is { } text ? new ReadOnlyMemory<byte>?(Convert.FromHexString(text)) : null;

    private static string? Value(JsonElement root, string name) => root.TryGetProperty(name, out var value) ? value.GetString() : null;
}
