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

    /// <summary>Zeros.</summary>
    public sealed record Zeros(long Length) : GgufData(Length);
}
