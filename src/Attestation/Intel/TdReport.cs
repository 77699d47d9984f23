using System.Buffers.Binary;

namespace SwarmCompute.Attestation;

/// <summary>Where things lie in a TD report of a quote (Intel TDX DCAP Quoting Library API, "TD Quote Body").</summary>
internal readonly struct TdReport(ReadOnlyMemory<byte> bytes)
{
    public const int Size10 = 584;
    public const int Size15 = 648;
    public const int Size15Ex = 885;

    /// <summary>Name, offset and length of every field that is a row of bytes.</summary>
    public static readonly (string Name, int Offset, int Length)[] Fields =
    [
        ("tee-tcb-svn", 0, 16), ("mrseam", 16, 48), ("mrsignerseam", 64, 48), ("seam-attributes", 112, 8), ("td-attributes", 120, 8),
        ("xfam", 128, 8), ("mrtd", 136, 48), ("mrconfigid", 184, 48), ("mrowner", 232, 48), ("mrownerconfig", 280, 48), ("rtmr0", 328, 48),
        ("rtmr1", 376, 48), ("rtmr2", 424, 48), ("rtmr3", 472, 48), ("report-data", 520, 64), ("tee-tcb-svn2", 584, 16), ("mrservicetd", 600, 48),
        ("vm-id", 648, 1), ("td-id", 649, 32), ("device-info", 681, 48), ("initial-service-td", 729, 48), ("initial-service-td-attributes", 777, 8),
        ("initial-cpu-svn", 785, 16), ("initial-tee-tcb-svn", 801, 16), ("initial-fmspc", 817, 12), ("current-service-td", 829, 48),
        ("current-service-td-attributes", 877, 8),
    ];

    public ReadOnlySpan<byte> TeeTcbSvn => bytes.Span[..16];

    public ReadOnlySpan<byte> MrSignerSeam => bytes.Span.Slice(64, 48);

    public ReadOnlySpan<byte> SeamAttributes => bytes.Span.Slice(112, 8);

    public ulong Attributes => BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span[120..]);

    public ulong Xfam => BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span[128..]);

    /// <summary>MRCONFIGID, MROWNER and MROWNERCONFIG.</summary>
    public ReadOnlySpan<byte> HostConfiguration => bytes.Span.Slice(184, 144);

    public ReadOnlySpan<byte> ReportData => bytes.Span.Slice(520, 64);

    public bool HasCurrent => bytes.Length >= Size15;

    public ReadOnlySpan<byte> TeeTcbSvn2 => bytes.Span.Slice(584, 16);

    /// <summary>Whether a service TD is, or was, bound to this one.</summary>
    public bool HasServiceTd =>
        HasCurrent && bytes.Span.Slice(600, 48).ContainsAnyExcept((byte)0)
        || bytes.Length >= Size15Ex && (bytes.Span.Slice(729, 56).ContainsAnyExcept((byte)0) || bytes.Span.Slice(829, 56).ContainsAnyExcept((byte)0));
}
