namespace SwarmCompute.Inference;

/// <summary>
/// The frames of one session that the next stage may ask for again, in order. A stage's KV cache is rebuilt from all of them, so all are
/// kept until the session ends; towards the head only the latest candidates matter, so only those are.
/// </summary>
/// <remarks>Bounded by the session's context: no frame holds less than one token.</remarks>
internal sealed class ReplayWindow(bool latestOnly)
{
    private readonly List<byte[]> _frames = [];
    private long _first;

    /// <summary>The sequence after the last frame that was kept.</summary>
    public long End => _first + _frames.Count;

    /// <summary>Keeps a frame.</summary>
    /// <exception cref="InvalidOperationException">It is not the one that follows.</exception>
    public void Keep(long sequence, byte[] frame)
    {
        if (latestOnly)
        {
            _frames.Clear();
            _first = sequence;
        }
        if (sequence != End) throw new InvalidOperationException($"Frame {sequence} does not follow frame {End - 1}.");
        _frames.Add(frame);
    }

    /// <summary>The frame at this sequence; null where it is not kept.</summary>
    public byte[]? At(long sequence) => sequence >= _first && sequence < End ? _frames[(int)(sequence - _first)] : null;

    /// <summary>The kept frames from this sequence on.</summary>
    public IEnumerable<byte[]> From(long sequence) => _frames.Skip((int)Math.Clamp(sequence - _first, 0, _frames.Count));
}
