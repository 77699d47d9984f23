using System.Formats.Asn1;

namespace SwarmCompute.Attestation;

/// <summary>
/// What a VCEK's or VLEK's certificate says beside its key (AMD, "Versioned Chip Endorsement Key (VCEK) Certificate and KDS Interface
/// Specification" 57230, the extensions below 1.3.6.1.4.1.3704.1).
/// </summary>
/// <param name="Certificate">The certificate.</param>
/// <param name="Line">The line of processors that its product name tells.</param>
/// <param name="Tcb">The versions that the key was derived for.</param>
/// <param name="HardwareId">The chip; empty for a VLEK.</param>
/// <param name="Csp">The cloud provider; empty for a VCEK.</param>
internal sealed record SnpVek(PkiCertificate Certificate, SnpProductLine Line, SnpTcb Tcb, ReadOnlyMemory<byte> HardwareId, string Csp)
{
    private const string Arc = "1.3.6.1.4.1.3704.1.";
    private const int NameMax = 64;
    private const int ShortIdSize = 8;

    /// <summary>The common name of a certificate of the kind.</summary>
    public static string NameOf(SnpKeyKind kind) => kind == SnpKeyKind.Vlek ? "SEV-VLEK" : "SEV-VCEK";

    /// <summary>Reads the extensions; false where one is missing or malformed, or belongs to the other kind.</summary>
    public static bool TryRead(PkiCertificate certificate, SnpKeyKind kind, out SnpVek? vek)
    {
        vek = null;
        if (!TryText(certificate, "2", out var product) || SnpProduct.OfName(product) is not { } line) return false;
        if (!TryTcb(certificate, line, out var tcb)) return false;
        var hasChip = TryHardwareId(certificate, out var chip);
        var hasCsp = TryText(certificate, "5", out var csp);
        if (kind == SnpKeyKind.Vlek ? hasChip || !hasCsp : !hasChip || hasCsp) return false;
        vek = new SnpVek(certificate, line, tcb, chip, csp);
        return true;
    }

    /// <summary>Whether it is of the chip: Turin's ids have 8 bytes, and zeros after them in the report.</summary>
    public bool IsOf(ReadOnlySpan<byte> chipId)
    {
        if (HardwareId.Length == SnpReport.ChipIdSize) return chipId.SequenceEqual(HardwareId.Span);
        return Line == SnpProductLine.Turin && HardwareId.Length == ShortIdSize
            && chipId[..ShortIdSize].SequenceEqual(HardwareId.Span) && !chipId[ShortIdSize..].ContainsAnyExcept((byte)0);
    }

    private static bool TryTcb(PkiCertificate certificate, SnpProductLine line, out SnpTcb tcb)
    {
        tcb = default;
        var isTurin = line == SnpProductLine.Turin;
        // The parts in the order of their bytes; 4 to 7 are reserved, and Turin has no 4.
        int[] order = isTurin ? [9, 1, 2, 3, 5, 6, 7, 8] : [1, 2, 4, 5, 6, 7, 3, 8];
        if (!isTurin && certificate.TryGetExtension($"{Arc}3.9", out _)) return false;
        ulong raw = 0;
        for (var i = 0; i < order.Length; i++)
        {
            if (!TryPart(certificate, order[i], out var part)) return false;
            raw |= (ulong)part << (8 * i);
        }
        tcb = new SnpTcb(raw);
        return true;
    }

    private static bool TryPart(PkiCertificate certificate, int part, out byte value)
    {
        value = 0;
        if (!certificate.TryGetExtension($"{Arc}3.{part}", out var bytes)) return part is >= 4 and <= 7;
        return TryDecode(bytes, reader => reader.TryReadInt32(out var number) && number is >= 0 and <= 255 ? (byte)number : null, out byte? read)
            && (value = read ?? 0) == read;
    }

    private static bool TryText(PkiCertificate certificate, string extension, out string text)
    {
        text = "";
        if (!certificate.TryGetExtension(Arc + extension, out var bytes) || bytes.Length > NameMax) return false;
        if (!TryDecode(bytes, reader => reader.ReadCharacterString(UniversalTagNumber.IA5String), out string? read) || read is null) return false;
        text = read;
        return true;
    }

    /// <summary>The id stands as it is or as an OCTET STRING: both were issued.</summary>
    private static bool TryHardwareId(PkiCertificate certificate, out ReadOnlyMemory<byte> id)
    {
        if (!certificate.TryGetExtension($"{Arc}4", out id)) return false;
        if (id.Length is SnpReport.ChipIdSize or ShortIdSize) return true;
        if (id.Length is not (SnpReport.ChipIdSize + 2 or ShortIdSize + 2) || id.Span[0] != 4 || id.Span[1] != id.Length - 2) return false;
        id = id[2..];
        return true;
    }

    private static bool TryDecode<T>(ReadOnlyMemory<byte> bytes, Func<AsnReader, T?> read, out T? value)
    {
        value = default;
        try
        {
            var reader = new AsnReader(bytes, AsnEncodingRules.DER);
            value = read(reader);
            return !reader.HasData;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }
}
