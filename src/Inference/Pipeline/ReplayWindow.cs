namespace SwarmCompute.Inference;

/// <summary>
/// The frames of one session that the next stage may ask for again, in order. A stage's KV cache is rebuilt from all of them, so all are
/// kept until the session ends; towards the head only the latest candidates matter, so only those are.
/// </summary>
/// <remarks>Bounded by the session's context: no frame holds less than one token.</remarks>
internal sealed class ReplayWindow(FrameBlocks blocks, bool latestOnly)
{
    private const int SpareFramesMax = 16 * 1024;

    private readonly List<FrameSlice> _frames = [];
    private readonly List<FrameBlock> _full = [];
    private FrameBlock? _filling;
    private int _spilled;
    private long _first;

    /// <summary>The sequence after the last frame that was kept.</summary>
    public long End => _first + _frames.Count;

    /// <summary>Blocks in memory that nothing more is written into.</summary>
    public int FullBlocks => _full.Count - _spilled;

    /// <summary>The oldest of them, which the caller then holds; null where there is none.</summary>
    public FrameBlock? Oldest()
    {
        while (_spilled < _full.Count && _full[_spilled].Spilled is not null) _spilled++;
        if (_spilled == _full.Count) return null;
        _full[_spilled].Hold();
        return _full[_spilled];
    }

    /// <summary>Room for a frame, yet to be filled in and kept; the caller holds it, and has it pinned.</summary>
    public FrameSlice Reserve(int length)
    {
        if (_filling is not null && _filling.TryTake(length, out var slice)) return slice;
        if (_filling is not null) _full.Add(_filling);
        _filling = blocks.Rent(length);
        return _filling.TryTake(length, out slice) ? slice : throw new InvalidOperationException($"A new block has no room for {length} bytes.");
    }

    /// <summary>Keeps a frame that was reserved, or has an array of its own, and holds it in the caller's place.</summary>
    /// <exception cref="InvalidOperationException">It is not the one that follows.</exception>
    public void Keep(long sequence, FrameSlice frame)
    {
        if (latestOnly)
        {
            Release();
            _first = sequence;
        }
        if (sequence != End) throw new InvalidOperationException($"Frame {sequence} does not follow frame {End - 1}.");
        _frames.Add(frame);
        frame.Block?.Unpin();
    }

    /// <summary>Begins with the first frames of another session's window, as those of this session's number: held as well, not copied.</summary>
    public void Share(ReplayWindow source, long frames, uint number)
    {
        if (latestOnly) return;
        for (var frame = 0; frame < frames; frame++) _frames.Add(source._frames[frame].Hold() with { Number = number });
    }

    /// <summary>The frame at this sequence; none where it is not kept.</summary>
    public FrameSlice At(long sequence) => sequence >= _first && sequence < End ? _frames[(int)(sequence - _first)] : default;

    /// <summary>The kept frames from this sequence on.</summary>
    public IEnumerable<FrameSlice> From(long sequence) => _frames.Skip((int)Math.Clamp(sequence - _first, 0, _frames.Count));

    /// <summary>Lets go of all frames: the window is then another session's.</summary>
    public void Clear()
    {
        Release();
        _filling?.Release();
        foreach (var block in _full) block.Release();
        _full.Clear();
        (_filling, _first, _spilled) = (null, 0, 0);
        if (_frames.Capacity > SpareFramesMax) _frames.TrimExcess();
    }

    private void Release()
    {
        foreach (var frame in _frames) frame.Release();
        _frames.Clear();
    }
}
