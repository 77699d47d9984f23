namespace SwarmCompute.Inference;

/// <summary>One frame where it lies: in an array of its own, which is the collector's, or in a block, which whoever keeps it holds and releases.</summary>
internal readonly record struct FrameSlice(byte[]? Own, FrameBlock? Block, int Offset, int Length)
{
    /// <summary>The session that it is of, where it came by a fork and its bytes name another; else 0.</summary>
    public uint Number { get; init; }

    /// <summary>Whether it is no frame at all.</summary>
    public bool IsNone => Own is null && Block is null;

    /// <summary>Its bytes, while its block is in memory: a <see cref="FrameReader"/> sees to that.</summary>
    public Memory<byte> Memory => (Own ?? Block!.Bytes).AsMemory(Offset, Length);

    /// <summary>As <see cref="Memory"/>.</summary>
    public Span<byte> Span => Memory.Span;

    /// <summary>A frame in an array of its own.</summary>
    public static FrameSlice Of(byte[] frame) => new(frame, null, 0, frame.Length);

    /// <summary>Holds it once more.</summary>
    public FrameSlice Hold()
    {
        Block?.Hold();
        return this;
    }

    public void Release() => Block?.Release();

    /// <summary>It was reserved, and is not to be kept.</summary>
    public void Abandon()
    {
        Block?.Unpin();
        Block?.Release();
    }
}
