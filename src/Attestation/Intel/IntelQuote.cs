using System.Buffers.Binary;

namespace SwarmCompute.Attestation;

/// <summary>
/// A quote as its bytes say it: SGX of version 3, TDX of versions 4 and 5 (Intel SGX/TDX DCAP Quoting Library API, "Quote Format");
/// nothing here says whether it may be trusted. Bytes behind the declared length are padding of the driver's buffer and are ignored.
/// </summary>
public sealed class IntelQuote
{
    /// <summary>The most bytes of a quote that are read.</summary>
    public const int BytesMax = 64 * 1024;

    /// <summary>The certification data are certificates: leaf, authority, root.</summary>
    public const int CertificateChainType = 5;

    private const int HeaderSize = 48;
    private const int EcdsaP256 = 2;
    private const uint TdxTee = 0x81;
    private const int QeReportType = 6;

    private IntelQuote(ReadOnlyMemory<byte> header)
    {
        Header = header;
        Version = BinaryPrimitives.ReadUInt16LittleEndian(header.Span);
        IsTdx = BinaryPrimitives.ReadUInt32LittleEndian(header.Span[4..]) == TdxTee;
    }

    /// <summary>The header, 48 bytes.</summary>
    public ReadOnlyMemory<byte> Header { get; }

    /// <summary>3 for SGX; 4 or 5 for TDX.</summary>
    public int Version { get; }

    /// <summary>Whether the body is a report of a trust domain, and not of an enclave.</summary>
    public bool IsTdx { get; }

    /// <summary>Who made the quoting enclave.</summary>
    public ReadOnlyMemory<byte> QeVendor => Header.Slice(12, 16);

    /// <summary>Bytes of the quoting enclave's own choice.</summary>
    public ReadOnlyMemory<byte> UserData => Header.Slice(28, 20);

    /// <summary>The report: an SGX report body (384 bytes) or a TD report (584, 648 or 885 bytes).</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>The bytes that the attestation key signed: everything before the authentication data's length.</summary>
    public ReadOnlyMemory<byte> SignedBytes { get; private set; }

    /// <summary>The attestation key's signature, r‖s.</summary>
    public ReadOnlyMemory<byte> Signature { get; private set; }

    /// <summary>The attestation key, x‖y on P-256.</summary>
    public ReadOnlyMemory<byte> AttestationKey { get; private set; }

    /// <summary>The quoting enclave's report.</summary>
    public ReadOnlyMemory<byte> QeReport { get; private set; }

    /// <summary>The PCK's signature over the quoting enclave's report, r‖s.</summary>
    public ReadOnlyMemory<byte> QeReportSignature { get; private set; }

    /// <summary>What the quoting enclave bound to its report beside the attestation key.</summary>
    public ReadOnlyMemory<byte> QeAuthData { get; private set; }

    /// <summary>What <see cref="CertificationData"/> is; only <see cref="CertificateChainType"/> holds certificates.</summary>
    public int CertificationType { get; private set; }

    /// <summary>Who certified the platform's key.</summary>
    public ReadOnlyMemory<byte> CertificationData { get; private set; }

    /// <summary>Reads a quote; false, with a code and a line that say why, where the bytes are none that is read here.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> bytes, out IntelQuote? quote, out string code, out string problem)
    {
        quote = null;
        (code, problem) = ("intel.quote.malformed", "");
        if (bytes.Length is < HeaderSize or > BytesMax)
        {
            problem = $"a quote of {bytes.Length} bytes is not read";
            return false;
        }
        if (bytes.Span[0] is 0xd2 or 0xd8 or 0xd9)                              // a CBOR tag: TDX with DICE
        {
            (code, problem) = ("intel.quote.cbor", "quotes in CBOR are not known to this version");
            return false;
        }
        var parsed = new IntelQuote(bytes[..HeaderSize]);
        if (parsed.HeaderProblem() is { } header)
        {
            (code, problem) = ("intel.quote.unsupported", header);
            return false;
        }
        problem = parsed.Read(bytes) ?? "";
        if (problem.Length == 0) quote = parsed;
        return quote is not null;
    }

    private string? HeaderProblem()
    {
        var keyType = BinaryPrimitives.ReadUInt16LittleEndian(Header.Span[2..]);
        var tee = BinaryPrimitives.ReadUInt32LittleEndian(Header.Span[4..]);
        if ((Version, tee) is not ((3, 0) or (4, TdxTee) or (5, TdxTee))) return $"version {Version} of TEE type {tee:x} is not known";
        return keyType == EcdsaP256 ? null : $"the attestation key is of type {keyType}, not ECDSA on P-256";
    }

    private string? Read(ReadOnlyMemory<byte> bytes)
    {
        var reader = new MemoryReader(bytes[HeaderSize..]);
        if (BodyProblem(ref reader) is { } body) return body;
        SignedBytes = bytes[..^reader.Rest.Length];
        if (!reader.TryUInt32(out var length) || !reader.TryTake(length, out var authentication)) return "the authentication data end too early";
        return Version == 3 ? ReadQeReport(new MemoryReader(authentication), nested: false) : ReadNested(new MemoryReader(authentication));
    }

    private string? BodyProblem(ref MemoryReader reader)
    {
        long size = IsTdx ? TdReport.Size10 : SgxReport.Size;
        if (Version == 5)
        {
            if (!reader.TryUInt16(out var type) || !reader.TryUInt32(out var declared)) return "the body ends too early";
            size = type switch { 2 => TdReport.Size10, 3 => TdReport.Size15, 4 => TdReport.Size15Ex, _ => 0 };
            if (size == 0 || declared != size) return $"a body of type {type} and {declared} bytes is not known";
        }
        if (!reader.TryTake(size, out var body)) return "the body ends too early";
        Body = body;
        return null;
    }

    private string? ReadNested(MemoryReader reader)
    {
        if (!ReadKey(ref reader)) return "the authentication data end too early";
        if (!reader.TryUInt16(out var type) || type != QeReportType) return "the certification data hold no report of the quoting enclave";
        if (!reader.TryUInt32(out var length) || length != reader.Rest.Length) return "the certification data have another length than declared";
        return ReadQeReport(reader, nested: true);
    }

    private bool ReadKey(ref MemoryReader reader)
    {
        if (!reader.TryTake(64, out var signature) || !reader.TryTake(64, out var key)) return false;
        (Signature, AttestationKey) = (signature, key);
        return true;
    }

    private string? ReadQeReport(MemoryReader reader, bool nested)
    {
        if (!nested && !ReadKey(ref reader)) return "the authentication data end too early";
        if (!reader.TryTake(SgxReport.Size, out var report) || !reader.TryTake(64, out var signature)) return "the quoting enclave's report ends too early";
        if (!reader.TryUInt16(out var authLength) || !reader.TryTake(authLength, out var auth)) return "the quoting enclave's data end too early";
        if (!reader.TryUInt16(out var type) || !reader.TryUInt32(out var length)) return "the certification data end too early";
        if (length != reader.Rest.Length) return "the certification data have another length than declared";
        (QeReport, QeReportSignature, QeAuthData) = (report, signature, auth);
        (CertificationType, CertificationData) = (type, reader.Rest);
        return null;
    }
}
