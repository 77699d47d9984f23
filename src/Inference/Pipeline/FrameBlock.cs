namespace SwarmCompute.Inference;

/// <summary>
/// Memory that frames lie in one after the other; or, once it is full and nobody reads it, a place on disk. It goes back to where it is from once
/// nobody holds any of it. Thread-safe, but for taking bytes, which one caller does at a time.
/// </summary>
internal sealed class FrameBlock(FrameBlocks from, byte[] bytes)
{
    private readonly Lock _gate = new();
    private byte[]? _bytes = bytes;
    private SpilledBytes? _spilled;
    private int _used, _holds, _pins;

    public int Size { get; } = bytes.Length;

    /// <summary>Its memory. To be read by whoever has pinned it.</summary>
    /// <exception cref="InvalidOperationException">It was written to disk.</exception>
    public byte[] Bytes => _bytes ?? throw new InvalidOperationException("A block of frames is on disk, and was not read back.");

    /// <summary>Where it is on disk; null while it is in memory. It never comes back.</summary>
    public SpilledBytes? Spilled
    {
        get { lock (_gate) return _spilled; }
    }

    /// <summary>Begins the block anew, held once: by whoever fills it.</summary>
    public FrameBlock Begin()
    {
        (_used, _holds, _pins) = (0, 1, 0);
        return this;
    }

    /// <summary>Takes the next bytes, which the caller holds and has pinned; false where not so many are left.</summary>
    public bool TryTake(int length, out FrameSlice slice)
    {
        slice = default;
        if (length > Size - _used) return false;
        slice = new FrameSlice(null, this, _used, length);
        _used += length;
        Hold();
        return TryPin();
    }

    public void Hold() => Interlocked.Increment(ref _holds);

    /// <exception cref="InvalidOperationException">Nobody holds it any more: its bytes may be another session's.</exception>
    public void Release()
    {
        var holds = Interlocked.Decrement(ref _holds);
        if (holds < 0) throw new InvalidOperationException("A block of frames was released more often than it was held.");
        if (holds == 0) from.Return(this);
    }

    /// <summary>Keeps it in memory until it is unpinned; false where it is on disk.</summary>
    public bool TryPin()
    {
        lock (_gate)
        {
            if (_bytes is null) return false;
            _pins++;
            return true;
        }
    }

    public void Unpin()
    {
        lock (_gate) _pins--;
    }

    /// <summary>Reads it back from disk.</summary>
    /// <exception cref="InvalidDataException">The disk does not give what was written to it.</exception>
    public void Read(SpilledBytes spilled, Span<byte> into) => from.Read(spilled, into);

    /// <summary>Writes it to disk; null where somebody has pinned it. The caller holds it, and it is full.</summary>
    /// <returns>The memory that it had.</returns>
    /// <exception cref="InferenceException">There is no more room on disk.</exception>
    public byte[]? Spill(ReplaySpill to)
    {
        lock (_gate)
            if (_bytes is null || _pins > 0) return null;
        var (had, place) = (_bytes, to.Write(_bytes.AsSpan(0, _used)));
        lock (_gate)
        {
            if (_pins == 0)
            {
                (_bytes, _spilled) = (null, place);
                return had;
            }
        }
        to.Free(place);                                                      // a reader came meanwhile
        return null;
    }
}
