using System.Threading.Channels;

namespace SwarmCompute.Inference;

/// <summary>
/// What one stage sends to the next: keeps it, and sends it once for each link, from where the receiver says it is.
/// Not thread-safe: every call is made under the stage's gate, so that what is queued is queued in one order.
/// </summary>
internal sealed class BoundarySender(PipelineOptions options)
{
    private readonly Dictionary<SessionId, Outgoing> _sessions = [];
    private readonly int _queueMax = options.SessionsMax * (options.ContextTokens + 8) + 64;
    private Channel<byte[]>? _queue;
    private (uint HeadEpoch, long Generation)? _synced;

    /// <summary>Whether a link stands.</summary>
    public bool IsUp => _queue is not null;

    public void Open(SessionId session)
    {
        _sessions.TryAdd(session, new Outgoing(new ReplayWindow(latestOnly: options.IsLast)));
    }

    /// <summary>Keeps a frame, and sends it unless the receiver has it already.</summary>
    public void Emit(SessionId session, long sequence, byte[] frame)
    {
        if (!_sessions.TryGetValue(session, out var outgoing)) return;       // closed meanwhile
        outgoing.Window.Keep(sequence, frame);
        if (sequence >= outgoing.SendFrom) Enqueue(frame);
    }

    /// <summary>The frame of a session at this sequence; null where none is kept.</summary>
    public byte[]? Kept(SessionId session, long sequence) => _sessions.GetValueOrDefault(session)?.Window.At(sequence);

    /// <summary>Tells the head, round the ring, that this session cannot be run. Said again on every new link.</summary>
    public void Refuse(SessionId session, byte[] refusal)
    {
        if (!_sessions.TryGetValue(session, out var outgoing) || outgoing.Refusal is not null) return;
        outgoing.Refusal = refusal;
        Enqueue(refusal);
    }

    public void Close(SessionId session)
    {
        if (_sessions.Remove(session)) Enqueue(BoundaryFrame.Close(session));
    }

    /// <summary>From now on this stage knows the head's open sessions: whatever it does not know is over.</summary>
    public void Sync(uint headEpoch, long generation)
    {
        _synced = (headEpoch, generation);
        Enqueue(SyncFrame());
    }

    /// <summary>A new link: queues all that the receiver lacks, in the original frames.</summary>
    public ChannelReader<byte[]> LinkUp(Dictionary<SessionId, long> have)
    {
        LinkDown();
        var queue = _queue = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(_queueMax) { SingleReader = true });
        if (_synced is not null) Enqueue(SyncFrame());
        foreach (var (session, outgoing) in _sessions)
        {
            outgoing.SendFrom = have.GetValueOrDefault(session);
            foreach (var frame in outgoing.Window.From(outgoing.SendFrom)) Enqueue(frame);
            if (outgoing.Refusal is { } refusal) Enqueue(refusal);
        }
        return queue.Reader;
    }

    public void LinkDown()
    {
        _queue?.Writer.TryComplete();
        _queue = null;
    }

    private byte[] SyncFrame() => BoundaryFrame.Sync(
        _synced!.Value.HeadEpoch, _synced.Value.Generation,
        [.. _sessions.Keys.Where(s => s.HeadEpoch == _synced.Value.HeadEpoch).Select(s => s.Number)]);

    private void Enqueue(byte[] frame)
    {
        if (_queue is null || _queue.Writer.TryWrite(frame)) return;
        LinkDown();                                                          // the receiver takes frames too slowly: the link is made anew
    }

    private sealed class Outgoing(ReplayWindow window)
    {
        public ReplayWindow Window { get; } = window;

        /// <summary>The receiver of the current link has every frame before this one.</summary>
        public long SendFrom { get; set; }

        public byte[]? Refusal { get; set; }
    }
}
