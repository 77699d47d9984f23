namespace SwarmCompute.Inference;

/// <summary>One frame where it lies. Whoever keeps it holds it, and releases it; a frame in no block is the collector's.</summary>
internal readonly record struct FrameSlice(byte[] Bytes, int Offset, int Length, FrameBlock? Block)
{
    /// <summary>Whether it is no frame at all.</summary>
    public bool IsNone => Bytes is null;

    public Memory<byte> Memory => Bytes.AsMemory(Offset, Length);

    public Span<byte> Span => Bytes.AsSpan(Offset, Length);

    /// <summary>A frame in an array of its own.</summary>
    public static FrameSlice Of(byte[] frame) => new(frame, 0, frame.Length, null);

    /// <summary>Holds it once more.</summary>
    public FrameSlice Hold()
    {
        Block?.Hold();
        return this;
    }

    public void Release() => Block?.Release();
}
