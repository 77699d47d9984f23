namespace SwarmCompute.Inference;

/// <summary>
/// The blocks that a stage's frames lie in. What an ended session held is used again for the next one: once as much was held as ever is,
/// nothing is allocated any more. Thread-safe.
/// </summary>
/// <param name="spill">Where blocks go that memory has no room for; null: nowhere.</param>
/// <param name="bytesMax">Bytes of blocks that are held in memory before one is written to disk.</param>
internal sealed class FrameBlocks(ReplaySpill? spill = null, long bytesMax = long.MaxValue)
{
    /// <summary>256 KiB, and room for the headers of their frames. A longer frame has a block of its own, which is not kept.</summary>
    public const int BlockBytes = 264 * 1024;

    /// <summary>Idle blocks that are kept: about 64 MiB.</summary>
    public const int IdleMax = 256;

    private readonly Lock _gate = new();
    private readonly Stack<FrameBlock> _idle = new();
    private long _resident;

    /// <summary>Whether more is held in memory than there may be, and some of it can go to disk.</summary>
    public bool IsExcessive
    {
        get { lock (_gate) return spill is not null && _resident > bytesMax; }
    }

    /// <summary>An empty block that holds a frame of this length at least.</summary>
    public FrameBlock Rent(int frameBytes)
    {
        var size = Math.Max(BlockBytes, frameBytes);
        lock (_gate)
        {
            _resident += size;
            if (size == BlockBytes && _idle.TryPop(out var idle)) return idle.Begin();
        }
        return new FrameBlock(this, GC.AllocateUninitializedArray<byte>(size)).Begin();
    }

    /// <summary>Takes back a block that nobody holds.</summary>
    public void Return(FrameBlock block)
    {
        if (block.Spilled is { } spilled) spill!.Free(spilled);
        else Keep(block);
    }

    /// <summary>Writes a full block to disk; false where somebody reads it just now.</summary>
    /// <exception cref="InferenceException">There is no more room on disk.</exception>
    public bool TrySpill(FrameBlock block)
    {
        if (spill is null || block.Spill(spill) is not { } memory) return false;
        Keep(new FrameBlock(this, memory));
        return true;
    }

    /// <summary>Reads a block back that was written to disk.</summary>
    /// <exception cref="InvalidDataException">The disk does not give what was written to it.</exception>
    public void Read(SpilledBytes spilled, Span<byte> bytes) => spill!.Read(spilled, bytes);

    private void Keep(FrameBlock block)
    {
        lock (_gate)
        {
            _resident -= block.Size;
            if (block.Size == BlockBytes && _idle.Count < IdleMax) _idle.Push(block);
        }
    }
}
