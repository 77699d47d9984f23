namespace SwarmCompute.Inference;

/// <summary>Reads frames wherever they are, one at a time; of those on disk, the block of the last one is at hand. The reader holds what it reads.</summary>
internal sealed class FrameReader
{
    private byte[] _loaded = [], _renumbered = [];
    private SpilledBytes? _spilled;
    private FrameBlock? _pinned;

    /// <summary>A frame's bytes, until it is closed.</summary>
    /// <exception cref="InvalidDataException">The disk does not give what was written to it.</exception>
    public ReadOnlyMemory<byte> Open(FrameSlice frame)
    {
        var bytes = Find(frame);
        return frame.Number == 0 ? bytes : Renumber(bytes.Span, frame.Number);
    }

    public void Close()
    {
        _pinned?.Unpin();
        _pinned = null;
    }

    private ReadOnlyMemory<byte> Find(FrameSlice frame)
    {
        if (frame.Block is not { } block) return frame.IsNone ? default : frame.Memory;
        if (block.TryPin())
        {
            _pinned = block;
            return frame.Memory;
        }
        if (_spilled != block.Spilled) Load(block, block.Spilled!);
        return _loaded.AsMemory(frame.Offset, frame.Length);
    }

    private ReadOnlyMemory<byte> Renumber(ReadOnlySpan<byte> frame, uint number)
    {
        if (_renumbered.Length < frame.Length) _renumbered = new byte[frame.Length];
        frame.CopyTo(_renumbered);
        BoundaryFrame.Renumber(_renumbered, number);
        return _renumbered.AsMemory(0, frame.Length);
    }

    private void Load(FrameBlock block, SpilledBytes spilled)
    {
        _spilled = null;
        if (_loaded.Length < spilled.Length) _loaded = new byte[block.Size];
        block.Read(spilled, _loaded);
        _spilled = spilled;
    }
}
