namespace SwarmCompute.Inference;

/// <summary>Memory that frames lie in one after the other. It goes back to where it is from once nobody holds any of it. Holding is thread-safe.</summary>
internal sealed class FrameBlock(FrameBlocks from, byte[] bytes)
{
    private int _used, _holds;

    public int Size => bytes.Length;

    /// <summary>Begins the block anew, held once: by whoever fills it.</summary>
    public FrameBlock Begin()
    {
        (_used, _holds) = (0, 1);
        return this;
    }

    /// <summary>Takes the next bytes, which the caller holds; false where not so many are left.</summary>
    public bool TryTake(int length, out FrameSlice slice)
    {
        slice = default;
        if (length > bytes.Length - _used) return false;
        slice = new FrameSlice(bytes, _used, length, this);
        _used += length;
        Hold();
        return true;
    }

    public void Hold() => Interlocked.Increment(ref _holds);

    /// <exception cref="InvalidOperationException">Nobody holds it any more: its bytes may be another session's.</exception>
    public void Release()
    {
        var holds = Interlocked.Decrement(ref _holds);
        if (holds < 0) throw new InvalidOperationException("A block of frames was released more often than it was held.");
        if (holds == 0) from.Return(this);
    }
}
