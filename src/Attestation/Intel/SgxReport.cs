using System.Buffers.Binary;

namespace SwarmCompute.Attestation;

/// <summary>Where things lie in an SGX report body (Intel SDM, volume 3D, "REPORT").</summary>
internal readonly struct SgxReport(ReadOnlyMemory<byte> bytes)
{
    public const int Size = 384;

    /// <summary>Name, offset and length of every field that is a row of bytes.</summary>
    public static readonly (string Name, int Offset, int Length)[] Fields =
    [
        ("report-cpu-svn", 0, 16), ("misc-select", 16, 4), ("attributes", 48, 16), ("mrenclave", 64, 32), ("mrsigner", 128, 32), ("report-data", 320, 64),
    ];

    public ReadOnlySpan<byte> MiscSelect => bytes.Span.Slice(16, 4);

    public ReadOnlySpan<byte> Attributes => bytes.Span.Slice(48, 16);

    public bool IsDebug => (Attributes[0] & 2) != 0;

    public ReadOnlySpan<byte> MrSigner => bytes.Span.Slice(128, 32);

    public int ProductId => BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span[256..]);

    public int Svn => BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span[258..]);

    public ReadOnlySpan<byte> ReportData => bytes.Span.Slice(320, 64);
}
