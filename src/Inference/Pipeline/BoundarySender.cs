using System.Threading.Channels;

namespace SwarmCompute.Inference;

/// <summary>
/// What one stage sends to the next: keeps it, and sends it once for each link, from where the receiver says it is.
/// Not thread-safe: every call is made under the stage's gate, so that what is queued is queued in one order.
/// </summary>
internal sealed class BoundarySender : IDisposable
{
    private readonly Dictionary<SessionId, Outgoing> _sessions = [];
    /// <summary>The most frames that wait for a link where histories of answers are added to them: a link that is behind gets these later.</summary>
    public const int HistoriesWithin = 512;

    private readonly PipelineOptions _options;
    private readonly AnswerHistories _histories;
    private readonly int _queueMax;
    private readonly ReplaySpill? _spill;
    private readonly FrameBlocks _blocks;
    private readonly Stack<Outgoing> _spare = new();
    private BoundaryQueue? _queue;
    private (uint HeadEpoch, long Generation, bool AllFork)? _synced;

    public BoundarySender(PipelineOptions options, AnswerHistories histories)
    {
        (_options, _histories) = (options, histories);
        _queueMax = options.SessionsMax * (options.ContextTokens + 8) + 64 + HistoriesWithin;
        _spill = options.ReplayDirectory is { } directory ? new ReplaySpill(directory, options.ReplayDiskMax) : null;
        _blocks = new FrameBlocks(_spill, options.ReplayBytesMax);
    }

    /// <summary>Whether a link stands.</summary>
    public bool IsUp => _queue is not null;

    public void Open(SessionId session)
    {
        if (_sessions.ContainsKey(session)) return;
        _sessions.Add(session, _spare.TryPop(out var spare) ? spare : new Outgoing(new ReplayWindow(_blocks, latestOnly: _options.IsLast)));
    }

    /// <summary>
    /// Opens a session that begins with frames of another. A receiver that has run them is told so; one that was replayed them may not be that far,
    /// and is sent the frames themselves, as every receiver is over a new link.
    /// </summary>
    public void Fork(SessionId session, SessionId source, long frames, int tokens)
    {
        Open(session);
        if (!_sessions.TryGetValue(source, out var from)) throw new InvalidOperationException($"Session {source} is not open.");
        var outgoing = _sessions[session];
        outgoing.Window.Share(from.Window, frames, session.Number);
        if (!from.WasReplayed && !_options.IsLast) Enqueue(BoundaryFrame.Fork(session, source, frames, tokens));
        else foreach (var frame in outgoing.Window.From(0)) Enqueue(frame);
    }

    /// <summary>The session's answer is over; it stays as a source of forks.</summary>
    public void Rest(SessionId session)
    {
        if (!_sessions.TryGetValue(session, out var outgoing) || outgoing.Rests) return;
        outgoing.Rests = true;
        Enqueue(BoundaryFrame.Rest(session));
    }

    /// <summary>Room for a session's next frame, held by the caller until it is emitted; none where the session is closed.</summary>
    public FrameSlice Reserve(SessionId session, int length) => _sessions.TryGetValue(session, out var outgoing) ? outgoing.Window.Reserve(length) : default;

    /// <summary>
    /// Where more is kept in memory than there may be: the oldest block of the session that has most of them, held by the caller, to be given to
    /// <see cref="TrySpill"/>.
    /// </summary>
    public FrameBlock? Excess()
    {
        if (!_blocks.IsExcessive) return null;
        ReplayWindow? most = null;
        foreach (var outgoing in _sessions.Values)
            if (outgoing.Window.FullBlocks > (most?.FullBlocks ?? 0)) most = outgoing.Window;
        return most?.Oldest();
    }

    /// <summary>Writes a block to disk; false where somebody reads it just now. Takes its time: not to be called under the gate.</summary>
    /// <exception cref="InferenceException">There is no more room on disk.</exception>
    public bool TrySpill(FrameBlock block) => _blocks.TrySpill(block);

    /// <summary>Keeps a frame, and sends it unless the receiver has it already.</summary>
    public void Emit(SessionId session, long sequence, byte[] frame) => Emit(session, sequence, FrameSlice.Of(frame));

    /// <summary>Keeps a frame in the caller's place, and sends it unless the receiver has it already.</summary>
    public void Emit(SessionId session, long sequence, FrameSlice frame)
    {
        if (!_sessions.TryGetValue(session, out var outgoing))
        {
            frame.Abandon();                                                 // closed meanwhile
            return;
        }
        outgoing.Window.Keep(sequence, frame);
        if (sequence >= outgoing.SendFrom) Enqueue(frame);
    }

    /// <summary>The frame of a session at this sequence, which the caller then holds; none where it is not kept.</summary>
    public FrameSlice Kept(SessionId session, long sequence) => _sessions.TryGetValue(session, out var outgoing) ? outgoing.Window.At(sequence).Hold() : default;

    /// <summary>Tells the head, round the ring, that this session cannot be run. Said again on every new link.</summary>
    public void Refuse(SessionId session, byte[] refusal)
    {
        if (!_sessions.TryGetValue(session, out var outgoing) || outgoing.Refusal is not null) return;
        outgoing.Refusal = refusal;
        Enqueue(refusal);
    }

    public void Close(SessionId session)
    {
        if (!_sessions.Remove(session, out var outgoing)) return;
        outgoing.Clear();
        if (_spare.Count < _options.SessionsMax) _spare.Push(outgoing);
        Enqueue(BoundaryFrame.Close(session));
    }

    /// <summary>Whether a link stands whose receiver lacks some of the histories of answers.</summary>
    public bool OwesHistories => _queue is not null && _histories.AreUnsent;

    /// <summary>Sends what the receiver lacks of the histories of answers; where the link is behind, the rest is for later.</summary>
    public void SendHistories()
    {
        while (_queue is { Count: < HistoriesWithin } && _histories.Next() is { } frame) Enqueue(frame);
    }

    /// <summary>
    /// From now on this stage knows the head's open sessions: whatever it does not know is over. What it knows of answers goes before: so a head whose
    /// ring stands has what its stages had.
    /// </summary>
    public void Sync(uint headEpoch, long generation, bool allFork)
    {
        _synced = (headEpoch, generation, allFork);
        SendHistories();
        Enqueue(SyncFrame());
    }

    /// <summary>What was known of the head's open sessions holds no longer.</summary>
    public void ForgetSync() => _synced = null;

    /// <summary>A new link: queues all that the receiver lacks, in the original frames.</summary>
    public ChannelReader<FrameSlice> LinkUp(Dictionary<SessionId, long> have)
    {
        LinkDown();
        var queue = _queue = new BoundaryQueue(_queueMax);
        _histories.SendAnew();
        SendHistories();
        if (_synced is not null) Enqueue(SyncFrame());
        foreach (var (session, outgoing) in _sessions)
        {
            outgoing.SendFrom = have.GetValueOrDefault(session);
            outgoing.WasReplayed |= outgoing.SendFrom < outgoing.Window.End;
            foreach (var frame in outgoing.Window.From(outgoing.SendFrom)) Enqueue(frame);
            if (outgoing.Rests) Enqueue(BoundaryFrame.Rest(session));
            if (outgoing.Refusal is { } refusal) Enqueue(refusal);
        }
        return queue;
    }

    public void LinkDown()
    {
        _queue?.Complete();
        _queue = null;
    }

    /// <summary>Gives the disk back, once no link lives and no kernel runs.</summary>
    public void Dispose() => _spill?.Dispose();

    private byte[] SyncFrame() => BoundaryFrame.Sync(
        _synced!.Value.HeadEpoch, _synced.Value.Generation,
        [.. _sessions.Keys.Where(s => s.HeadEpoch == _synced.Value.HeadEpoch).Select(s => s.Number)], _synced.Value.AllFork);

    private void Enqueue(byte[] frame) => Enqueue(FrameSlice.Of(frame));

    private void Enqueue(FrameSlice frame)
    {
        if (_queue is null || _queue.TryWrite(frame)) return;
        LinkDown();                                                          // the receiver takes frames too slowly: the link is made anew
    }

    private sealed class Outgoing(ReplayWindow window)
    {
        public ReplayWindow Window { get; } = window;

        /// <summary>The receiver of the current link has every frame before this one.</summary>
        public long SendFrom { get; set; }

        public byte[]? Refusal { get; set; }

        public bool Rests { get; set; }

        /// <summary>Whether a receiver was sent frames again: it may not have run them yet.</summary>
        public bool WasReplayed { get; set; }

        /// <summary>Lets go of all that is kept: what is left is as good as new.</summary>
        public void Clear()
        {
            Window.Clear();
            (SendFrom, Refusal, Rests, WasReplayed) = (0, null, false, false);
        }
    }
}
