using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SwarmCompute.Overlay;

namespace SwarmCompute.Inference;

/// <summary>
/// A stage after the head: runs its layers over the frames of the stage before, and hands the result to the next one; the last one gives
/// candidates to the head. Keeps what it sent, so that a lost next stage can be replaced; is itself rebuilt by what the stage before kept.
/// </summary>
public sealed partial class PipelineStage : IRingNode, IAsyncDisposable
{
    private const int SpareCallsMax = 256;

    private readonly PipelineOptions _options;
    private readonly TimeProvider _time;
    private readonly Ring _ring;
    private readonly Dictionary<SessionId, StageSession> _sessions = [];
    private readonly Stack<FrameCall> _spareCalls = new();
    private readonly StandbyFeed _feed;
    private readonly OutboundLink _standbyLink;
    private IStageKernel? _kernel;
    private bool _canHandOver, _canFork;
    private uint _headEpoch;
    private int _closing;
    private (uint HeadEpoch, long Generation, bool AllFork)? _sync;

    private PipelineStage(PipelineOptions options, OverlayListener listener, OverlayCredentials credentials, TimeProvider time, ILogger log)
    {
        (_options, _time) = (options, time);
        _ring = new Ring(options, listener, credentials, time, this, log);
        _feed = new StandbyFeed(options, _ring.Gate, _ring.Sender, _ring.Worker, () => _sessions.Values, log);
        _standbyLink = new OutboundLink(options, credentials, time, _ring.Gate, _feed, TellLoss, log);
    }

    /// <summary>What the stage notices. Read by one reader; the oldest of more than 256 unread ones are dropped.</summary>
    public ChannelReader<PipelineEvent> Events => _ring.Events;

    /// <summary>How much longer its calls take than their best ones did, in percent (400: four times as long), where that has lasted for 20 s; else 0.</summary>
    public int SlowPercent => _ring.Worker.SlowPercent;

    /// <summary>Sessions that are open now, but for those whose answer is over.</summary>
    public int OpenSessions
    {
        get { lock (_ring.Gate) return Running; }
    }

    /// <summary>Streamed answers whose history the stage keeps for a head to come, and their events.</summary>
    internal (int Answers, int Events) KeptHistories
    {
        get { lock (_ring.Gate) return (_ring.Histories.Count, _ring.Histories.Events); }
    }

    /// <summary>Sessions that stay open after their answer, for others to begin with their tokens.</summary>
    public int KeptPrefixes
    {
        get { lock (_ring.Gate) return _sessions.Count - Running; }
    }

    /// <summary>Begins to take and keep up links. The layers may come later, by <see cref="Attach"/>: until then the links live and frames wait.</summary>
    /// <param name="options">The stage's place and bounds.</param>
    /// <param name="listener">Where the stage before dials; the stage disposes it.</param>
    /// <param name="credentials">The guest's certificate.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where to say what happens.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range, or the slot is the head's.</exception>
    public static PipelineStage Start(
        PipelineOptions options, OverlayListener listener, OverlayCredentials credentials, TimeProvider time, ILogger? log = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(options.Slot);
        var stage = new PipelineStage(options, listener, credentials, time, log ?? NullLogger.Instance);
        stage._ring.Start();
        stage._ring.Also(stage._standbyLink.Run);
        stage._ring.Also(stage._feed.Run);
        return stage;
    }

    /// <summary>Gives the stage its loaded layers. The kernel stays the caller's, who disposes it after the stage.</summary>
    /// <exception cref="InvalidOperationException">It has a kernel already.</exception>
    /// <exception cref="ArgumentException">Its hidden states do not fit into a frame.</exception>
    public void Attach(IStageKernel kernel)
    {
        _ring.Check(kernel);
        var (canHandOver, canFork) = (kernel.CanHandOver, kernel.CanFork);
        lock (_ring.Gate)
        {
            if (_kernel is not null) throw new InvalidOperationException("The stage has a kernel already.");
            (_kernel, _canHandOver, _canFork) = (kernel, canHandOver, canFork);
            ForwardSync();
            CheckReady();
        }
        _ring.Worker.Start(kernel);
    }

    /// <summary>Tells the stage who its neighbours are. A map that is not newer than the last one changes nothing.</summary>
    /// <exception cref="ArgumentException">The map does not have one stage for each slot in order.</exception>
    public void Update(PipelineMap map) => _ring.Update(map);

    /// <summary>Breaks the links and frees the sessions. Waits for a kernel call that runs.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ring.DisposeAsync();
        lock (_ring.Gate)
            foreach (var session in _sessions.Keys.ToList()) Close(session);
    }

    byte[] IRingNode.InboundUp() => BoundaryFrame.Have([.. _sessions.Select(s => KeyValuePair.Create(s.Key, s.Value.Expected))], _options.Boundary);

    void IRingNode.InboundDown() { /* the stage before dials again, or its successor does */ }

    ChannelReader<FrameSlice> IOutboundNode.OutboundUp(Dictionary<SessionId, long> have)
    {
        ForgetHistories();
        var queue = _ring.Sender.LinkUp(have);
        _ring.HistoriesChanged();                                            // what the queue has no room for is sent later
        CheckReady();
        return queue;
    }

    void IOutboundNode.OutboundDown() => _ring.Sender.LinkDown();

    void IRingNode.MapChanged(PipelineMap map)
    {
        var head = map.Stages[0].Epoch.Value;
        if (head < _headEpoch) ForgetHeadsAfter(head);
        ObserveHead(head);
        CheckReady();
    }

    bool IRingNode.Inbound(BoundaryFrame frame, OverlayFrame buffer)
    {
        if (frame.Kind is FrameKind.Have or FrameKind.Pong || frame is { Kind: FrameKind.Refused, Session.Number: 0 })
            throw new BoundaryProtocolException($"a frame of kind {frame.Kind} came down the pipeline");
        if (frame.Kind == FrameKind.History)
        {
            TakeHistory(frame, buffer.Memory.Span);
            return false;
        }
        if (frame.Session.HeadEpoch < _headEpoch) return false;              // of a head that was replaced
        ObserveHead(frame.Session.HeadEpoch);
        switch (frame.Kind)
        {
            case FrameKind.Hidden:
                return TakeHidden(frame, buffer);
            case FrameKind.Fork:
                TakeFork(frame, BoundaryFrame.ReadSource(frame, buffer.Memory.Span));
                return false;
            case FrameKind.Rest:
                Rest(frame.Session);
                return false;
            case FrameKind.CloseSession:
                Close(frame.Session);
                return false;
            case FrameKind.Refused:
                Refuse(frame.Session, SessionOf(frame.Session), buffer.Memory.ToArray());
                return false;
            case FrameKind.Sync:
                TakeSync(frame, BoundaryFrame.ReadSync(buffer.Memory.Span));
                return false;
            default:
                throw new BoundaryProtocolException($"a frame of kind {frame.Kind} came down the pipeline");
        }
    }

    private bool TakeHidden(BoundaryFrame frame, OverlayFrame buffer)
    {
        var session = SessionOf(frame.Session);
        if (session.IsRefused || frame.Sequence < session.Expected) return false;
        if (frame.Sequence > session.Expected)
            throw new BoundaryProtocolException($"frame {frame.Sequence} of session {frame.Session} came where {session.Expected} was expected");
        if (frame.Position != session.Position || frame.Count > _options.PrefillTokens || frame.Count > _options.ContextTokens - frame.Position)
            throw new BoundaryProtocolException($"frame {frame.Sequence} of session {frame.Session} has an impossible place: {frame.Count} tokens at {frame.Position}");
        if (frame.Format != _options.Boundary)
            throw new BoundaryProtocolException($"frame {frame.Sequence} of session {frame.Session} has states as {frame.Format}, not {_options.Boundary}");
        if (!HasWidth(buffer.Memory.Length - BoundaryFrame.HeaderSize, frame.Count))
            throw new BoundaryProtocolException($"frame {frame.Sequence} of session {frame.Session} has states of a wrong width");
        session.Expected++;
        session.Position += frame.Count;
        session.StaysHere |= _options.IsLast && frame.Embeds;
        var call = _spareCalls.TryPop(out var spare) ? spare : new FrameCall(this);
        call.Take(session, frame, buffer);
        _ring.Worker.Post(session.Queue, call);
        return true;
    }

    /// <summary>Whether the states are as wide as the kernel's; before there is one, whether they are no wider than a frame of a whole call could hold.</summary>
    private bool HasWidth(int bytes, int tokens) => _kernel is { EmbeddingLength: var length }
        ? bytes == BoundaryFrame.HiddenBytes(tokens, length, _options.Boundary) - BoundaryFrame.HeaderSize
        : bytes / tokens <= (OverlayLimits.FrameBytesMax - BoundaryFrame.HeaderSize) / _options.PrefillTokens;

    private void TakeSync(BoundaryFrame frame, HashSet<uint> open)
    {
        if (open.Contains(0)) throw new BoundaryProtocolException("session 0 cannot be open");
        foreach (var over in _sessions.Keys.Where(s => !open.Contains(s.Number)).ToList()) Close(over);
        foreach (var number in open) SessionOf(frame.Session with { Number = number });
        _sync = (frame.Session.HeadEpoch, frame.Sequence, frame.AllFork);
        ForwardSync();
    }

    private void ForwardSync()
    {
        if (_kernel is not null && _sync is { } sync) _ring.Sender.Sync(sync.HeadEpoch, sync.Generation, sync.AllFork && _canFork);
    }

    private StageSession SessionOf(SessionId id)
    {
        if (_sessions.TryGetValue(id, out var known)) return known;
        if (_sessions.Count >= 2 * _options.SessionsMax) throw new BoundaryProtocolException($"more than {2 * _options.SessionsMax} sessions are open");
        if (_closing >= PipelineOptions.ClosingMax) throw new BoundaryProtocolException($"more than {PipelineOptions.ClosingMax} closed sessions wait to be freed");
        var session = new StageSession(id);
        _sessions.Add(id, session);
        _ring.ShareOut(Running);
        _ring.Sender.Open(id);
        if (_sessions.Count > _options.SessionsMax)
            Refuse(id, session, BoundaryFrame.Refused(id, $"stage {_options.Slot}: {_options.SessionsMax} sessions are open, as many as there may be"));
        return session;
    }

    private void Refuse(SessionId id, StageSession session, byte[] refusal)
    {
        session.IsRefused = true;
        _ring.Sender.Refuse(id, refusal);
    }

    private void Close(SessionId id)
    {
        if (!_sessions.Remove(id, out var session)) return;
        session.IsOver = true;
        _ring.ShareOut(Running);
        _ring.Sender.Close(id);
        _feed.Close(session);
        _ring.Worker.Forget(session.Queue);
        _closing++;
        _ring.Worker.PostUrgent(() =>
        {
            session.Kernel?.Dispose();
            lock (_ring.Gate) _closing--;
        });
    }

    private void CheckReady()
    {
        if (_kernel is not null && _ring.Sender.IsUp) _ring.RaiseReady();
    }
}
