using Microsoft.Win32.SafeHandles;

namespace SwarmCompute.Inference;

/// <summary>Bytes that go into a GGUF file.</summary>
internal abstract record GgufData(long Length)
{
    private GgufData(byte[] bytes) : this(bytes.LongLength) { }

    /// <summary>Bytes at hand.</summary>
    public sealed record Bytes(byte[] Content) : GgufData(Content);

    /// <summary>Bytes of another file.</summary>
    public sealed record Copy(SafeFileHandle File, long At, long Length) : GgufData(Length);

    /// <summary>
    /// Rows of a matrix of another file, in another order within each head: row i of the first half and row i of the second become neighbours.
    /// </summary>
    public sealed record PairedRows(SafeFileHandle File, long At, int RowBytes, int Heads, int HeadRows) : GgufData((long)RowBytes * Heads * HeadRows);

    /// <summary>Zeros.</summary>
    public sealed record Zeros(long Length) : GgufData(Length);
}
