namespace SwarmCompute.Inference;

/// <summary>
/// The blocks that a stage's frames lie in. What an ended session held is used again for the next one: once as much was held as ever is,
/// nothing is allocated any more. Thread-safe.
/// </summary>
internal sealed class FrameBlocks
{
    /// <summary>256 KiB, and room for the headers of their frames. A longer frame has a block of its own, which is not kept.</summary>
    public const int BlockBytes = 264 * 1024;

    /// <summary>Idle blocks that are kept: about 64 MiB.</summary>
    public const int IdleMax = 256;

    private readonly Lock _gate = new();
    private readonly Stack<FrameBlock> _idle = new();

    /// <summary>An empty block that holds a frame of this length at least.</summary>
    public FrameBlock Rent(int frameBytes)
    {
        if (frameBytes > BlockBytes) return Make(frameBytes);
        lock (_gate)
            if (_idle.TryPop(out var idle)) return idle.Begin();
        return Make(BlockBytes);
    }

    /// <summary>Takes back a block that nobody holds.</summary>
    public void Return(FrameBlock block)
    {
        if (block.Size > BlockBytes) return;
        lock (_gate)
            if (_idle.Count < IdleMax) _idle.Push(block);
    }

    private FrameBlock Make(int bytes) => new FrameBlock(this, GC.AllocateUninitializedArray<byte>(bytes)).Begin();
}
