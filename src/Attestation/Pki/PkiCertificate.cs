using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Attestation;

/// <summary>A certificate as its DER says it (X.509 version 3, RFC 5280); nothing here says whether it may be trusted.</summary>
public sealed class PkiCertificate
{
    /// <summary>The most bytes of a certificate that are read.</summary>
    public const int BytesMax = 16 * 1024;

    private static readonly Asn1Tag VersionTag = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag ExtensionsTag = new(TagClass.ContextSpecific, 3);

    private PkiKey? _key;
    private PkiCertificate? _signer;

    private PkiCertificate(ReadOnlyMemory<byte> raw)
    {
        Raw = raw;
        Hash = Hash32.Sha256(raw.Span);
    }

    /// <summary>The whole certificate.</summary>
    public ReadOnlyMemory<byte> Raw { get; }

    /// <summary>SHA-256 of <see cref="Raw"/>: how roots are pinned.</summary>
    public Hash32 Hash { get; }

    /// <summary>The bytes that are signed.</summary>
    public ReadOnlyMemory<byte> Tbs { get; private set; }

    /// <summary>The serial number: the content of its INTEGER.</summary>
    public ReadOnlyMemory<byte> Serial { get; private set; }

    /// <summary>The issuer's name in DER; names are compared byte by byte.</summary>
    public ReadOnlyMemory<byte> Issuer { get; private set; }

    /// <summary>The subject's name in DER.</summary>
    public ReadOnlyMemory<byte> Subject { get; private set; }

    /// <summary>The issuer's common name; empty where it has none, or several.</summary>
    public string IssuerCommonName { get; private set; } = "";

    /// <summary>The subject's common name; empty where it has none, or several.</summary>
    public string SubjectCommonName { get; private set; } = "";

    /// <summary>The first moment at which it is valid.</summary>
    public DateTimeOffset NotBefore { get; private set; }

    /// <summary>The last moment at which it is valid.</summary>
    public DateTimeOffset NotAfter { get; private set; }

    /// <summary>SubjectPublicKeyInfo in DER.</summary>
    public ReadOnlyMemory<byte> PublicKeyInfo { get; private set; }

    /// <summary>The algorithm of <see cref="Signature"/>.</summary>
    public PkiAlgorithm Algorithm { get; private set; }

    /// <summary>The signature over <see cref="Tbs"/>.</summary>
    public ReadOnlyMemory<byte> Signature { get; private set; }

    /// <summary>Whether it says that it is an authority (basic constraints).</summary>
    public bool IsAuthority { get; private set; }

    /// <summary>How many authorities may stand below it; null: any number.</summary>
    public int? PathLength { get; private set; }

    /// <summary>What its key may be used for; null where it does not say.</summary>
    public X509KeyUsageFlags? KeyUsage { get; private set; }

    /// <summary>All extensions in their order, each identifier once.</summary>
    public ImmutableArray<PkiExtension> Extensions { get; private set; } = [];

    /// <summary>Reads DER that is one certificate and nothing else; false where it is anything else.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> der, out PkiCertificate? certificate)
    {
        certificate = null;
        if (der.IsEmpty || der.Length > BytesMax) return false;
        try
        {
            // A copy of its own: what is remembered of it must not change under it.
            var parsed = new PkiCertificate(der.ToArray());
            parsed.Read();
            certificate = parsed;
            return true;
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException or ArgumentException or InvalidOperationException or OverflowException)
        {
            return false;
        }
    }

    /// <summary>Its key; null where it is not of a kind that is accepted.</summary>
    internal PkiKey? Key => _key ??= PkiKey.Import(PublicKeyInfo);

    /// <summary>
    /// Whether its signature is of the key of another certificate and of that key's algorithm. That it was is remembered, with whose: both are what
    /// their bytes say and never change.
    /// </summary>
    internal bool IsSignedBy(PkiCertificate issuer)
    {
        if (_signer is { } known && known.Hash == issuer.Hash) return true;
        if (issuer.Key is not { } key || key.Algorithm != Algorithm || !key.Verify(Tbs.Span, Signature.Span)) return false;
        _signer = issuer;
        return true;
    }

    /// <summary>The value of an extension; false where there is none.</summary>
    public bool TryGetExtension(string oid, out ReadOnlyMemory<byte> value)
    {
        value = default;
        foreach (var extension in Extensions)
        {
            if (extension.Oid != oid) continue;
            value = extension.Value;
            return true;
        }
        return false;
    }

    /// <summary>The first critical extension that is neither understood here (basic constraints, key usage) nor in the list; null where there is none.</summary>
    public string? UnknownCriticalExtension(ImmutableArray<string> known = default)
    {
        foreach (var extension in Extensions)
        {
            if (!extension.Critical || extension.Oid is PkiOid.BasicConstraints or PkiOid.KeyUsage) continue;
            if (known.IsDefault || !known.Contains(extension.Oid)) return extension.Oid;
        }
        return null;
    }

    private void Read()
    {
        var reader = new AsnReader(Raw, AsnEncodingRules.DER);
        var outer = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        Tbs = outer.ReadEncodedValue();
        var algorithm = outer.ReadEncodedValue();
        Signature = PkiAsn.ReadBits(outer);
        outer.ThrowIfNotEmpty();
        Algorithm = PkiAsn.ReadAlgorithm(algorithm);
        ReadTbs(new AsnReader(Tbs, AsnEncodingRules.DER).ReadSequence(), algorithm);
    }

    private void ReadTbs(AsnReader tbs, ReadOnlyMemory<byte> outerAlgorithm)
    {
        var version = tbs.ReadSequence(VersionTag);
        if (!version.TryReadInt32(out var number) || number != 2) throw new AsnContentException("The certificate is not of version 3.");
        version.ThrowIfNotEmpty();
        Serial = tbs.ReadIntegerBytes();
        if (Serial.Length > 21) throw new AsnContentException("The serial number is too long.");
        if (!tbs.ReadEncodedValue().Span.SequenceEqual(outerAlgorithm.Span)) throw new AsnContentException("The two algorithms differ.");
        Issuer = tbs.ReadEncodedValue();
        var validity = tbs.ReadSequence();
        NotBefore = PkiAsn.ReadTime(validity);
        NotAfter = PkiAsn.ReadTime(validity);
        validity.ThrowIfNotEmpty();
        Subject = tbs.ReadEncodedValue();
        PublicKeyInfo = tbs.ReadEncodedValue();
        if (tbs.HasData && tbs.PeekTag().HasSameClassAndValue(ExtensionsTag)) ReadExtensions(tbs.ReadSequence(ExtensionsTag));
        tbs.ThrowIfNotEmpty();
        IssuerCommonName = CommonName(Issuer);
        SubjectCommonName = CommonName(Subject);
    }

    private void ReadExtensions(AsnReader outer)
    {
        Extensions = ImmutableArray.Create(PkiAsn.ReadExtensions(outer));
        if (TryGetExtension(PkiOid.BasicConstraints, out var constraints)) ReadConstraints(constraints);
        if (TryGetExtension(PkiOid.KeyUsage, out var usage)) KeyUsage = ReadUsage(usage);
    }

    private void ReadConstraints(ReadOnlyMemory<byte> value)
    {
        var reader = new AsnReader(value, AsnEncodingRules.DER);
        var sequence = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        IsAuthority = sequence.HasData && sequence.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && sequence.ReadBoolean();
        if (sequence.HasData)
            PathLength = sequence.TryReadInt32(out var length) && length >= 0 ? length : throw new AsnContentException("The path length has another form.");
        sequence.ThrowIfNotEmpty();
    }

    // KeyUsage is a named bit list, bit 0 first (RFC 5280, section 4.2.1.3).
    private static X509KeyUsageFlags ReadUsage(ReadOnlyMemory<byte> value)
    {
        var reader = new AsnReader(value, AsnEncodingRules.DER);
        if (!reader.TryReadPrimitiveBitString(out _, out var bits) || bits.Length is 0 or > 2) throw new AsnContentException("The key usage has another form.");
        reader.ThrowIfNotEmpty();
        var flags = (X509KeyUsageFlags)bits.Span[0];
        return bits.Length == 2 && (bits.Span[1] & 0x80) != 0 ? flags | X509KeyUsageFlags.DecipherOnly : flags;
    }

    private static string CommonName(ReadOnlyMemory<byte> name)
    {
        var parts = new AsnReader(name, AsnEncodingRules.DER).ReadSequence();
        string? found = null;
        while (parts.HasData)
        {
            var set = parts.ReadSetOf();
            while (set.HasData)
            {
                var attribute = set.ReadSequence();
                var type = attribute.ReadObjectIdentifier();
                if (type != PkiOid.CommonName) continue;
                if (found is not null) return "";
                found = attribute.ReadCharacterString((UniversalTagNumber)attribute.PeekTag().TagValue);
            }
        }
        return found ?? "";
    }
}
