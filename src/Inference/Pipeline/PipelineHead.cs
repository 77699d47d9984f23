using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SwarmCompute.Overlay;

namespace SwarmCompute.Inference;

/// <summary>
/// The first stage of a pipeline: feeds tokens into the ring, and chooses the next one from the candidates that come back. Answers do not
/// depend on how many stages there are, nor on which of them were replaced meanwhile: a replacement is fed the same calls again.
/// </summary>
public sealed partial class PipelineHead : IRingNode, IAsyncDisposable
{
    private static readonly TimeSpan CutTime = TimeSpan.FromSeconds(1);

    private readonly PipelineOptions _options;
    private readonly TimeProvider _time;
    private readonly Ring _ring;
    private readonly Dictionary<uint, HeadSession> _sessions = [];
    private readonly CancellationTokenSource _cut = new();
    private IStageKernel? _kernel;
    private IEmbedding? _embedding;
    private int _open;
    private uint _lastNumber;
    private long _ringGeneration = -1;
    private bool _stood, _draining, _canFork, _allFork;
    private TaskCompletionSource? _drained;

    private PipelineHead(PipelineOptions options, OverlayListener listener, OverlayCredentials credentials, TimeProvider time, ILogger log)
    {
        _options = options;
        _time = time;
        _kv = new KvBudget(options.KvTokensMax);
        _ring = new Ring(options, listener, credentials, time, this, log);
    }

    /// <summary>What the head notices. Read by one reader; the oldest of more than 256 unread ones are dropped.</summary>
    public ChannelReader<PipelineEvent> Events => _ring.Events;

    /// <summary>What was served: for the integrity report.</summary>
    public UsageMeter Usage { get; } = new();

    /// <summary>Sessions that are open now, or have their place and wait for tokens of keys and values.</summary>
    public int OpenSessions
    {
        get { lock (_ring.Gate) return _open; }
    }

    /// <summary>Tokens that prompt and answer may have together.</summary>
    public int ContextTokens => _options.ContextTokens;

    /// <summary>Whether the whole ring of the newest map stands, every stage loaded.</summary>
    public bool IsReady
    {
        get { lock (_ring.Gate) return RingStands(); }
    }

    /// <summary>Begins to take and keep up links. The layers may come later, by <see cref="Attach"/>.</summary>
    /// <param name="options">The head's place and bounds.</param>
    /// <param name="listener">Where the last stage dials; the head disposes it.</param>
    /// <param name="credentials">The guest's certificate.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where to say what happens.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range, or the slot is not 0.</exception>
    public static PipelineHead Start(
        PipelineOptions options, OverlayListener listener, OverlayCredentials credentials, TimeProvider time, ILogger? log = null)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(options.Slot, 0);
        var head = new PipelineHead(options, listener, credentials, time, log ?? NullLogger.Instance);
        head._ring.Start();
        return head;
    }

    /// <summary>Gives the head its loaded layers and the embedding. Both stay the caller's, who disposes them after the head.</summary>
    /// <exception cref="InvalidOperationException">It has a kernel already.</exception>
    /// <exception cref="ArgumentException">Its hidden states do not fit into a frame.</exception>
    public void Attach(IStageKernel kernel, IEmbedding embedding)
    {
        _ring.Check(kernel);
        var canFork = kernel.CanFork;
        lock (_ring.Gate)
        {
            if (_kernel is not null) throw new InvalidOperationException("The head has a kernel already.");
            (_kernel, _embedding, _canFork) = (kernel, embedding, canFork);
            CheckReady();
        }
        _ring.Worker.Start(kernel);
    }

    /// <summary>Tells the head who its neighbours are. A map that is not newer than the last one changes nothing.</summary>
    /// <exception cref="ArgumentException">The map does not have one stage for each slot in order.</exception>
    public void Update(PipelineMap map) => _ring.Update(map);

    /// <summary>Generates an answer, token by token. Waits for its room, and while a stage is replaced. Stopping the enumeration frees the session.</summary>
    /// <exception cref="ArgumentException">The request cannot be served as it is.</exception>
    /// <exception cref="PipelineException">While it is enumerated: the pipeline cannot serve it, now or at all.</exception>
    /// <exception cref="GrammarException">While it is enumerated: no candidate fits the request's grammar.</exception>
    public IAsyncEnumerable<GeneratedToken> Generate(GenerationRequest request, CancellationToken cancel)
    {
        if (request.Prompt.IsDefaultOrEmpty) throw new ArgumentException("The prompt has no token.", nameof(request));
        if (request.Resume.IsDefault || request.StopTokens.IsDefault) throw new ArgumentException("Resume and stop tokens are lists; give empty ones.", nameof(request));
        if (request.TokensMax < 1 || request.TokensMax > _options.ContextTokens - request.Prompt.Length)
            throw new ArgumentException(
                $"{request.Prompt.Length} tokens of prompt and {request.TokensMax} of answer do not fit into {_options.ContextTokens}.", nameof(request));
        if (request.Resume.Length >= request.TokensMax)
            throw new ArgumentException($"{request.Resume.Length} tokens are resumed of an answer of at most {request.TokensMax}.", nameof(request));
        return Tokens(request, new Sampler(request.Sampling, request.Prompt.Length, request.Grammar), cancel);
    }

    /// <summary>Takes no new request, and waits until the open ones end; cuts those off that take longer than this.</summary>
    public async Task Drain(TimeSpan bound, CancellationToken cancel)
    {
        Task drained;
        lock (_ring.Gate)
        {
            _draining = true;
            foreach (var kept in _kept.ToList()) Close(kept);
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            TurnAway();
            if (_sessions.Count == 0) _drained.TrySetResult();
            drained = _drained.Task;
        }
        if (await EndsWithin(drained, bound, cancel)) return;
        await _cut.CancelAsync();
        if (await EndsWithin(drained, CutTime, cancel)) return;
        lock (_ring.Gate)
            foreach (var session in _sessions.Values.ToList()) Close(session);       // its reader has stopped reading
    }

    /// <summary>Ends all answers, breaks the links and frees the sessions. Waits for a kernel call that runs.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_ring.Gate)
        {
            _draining = true;
            TurnAway();
            foreach (var session in _sessions.Values.ToList()) session.Fail(new PipelineException(PipelineFault.NotReady, "The head has stopped."));
        }
        await _ring.DisposeAsync();
        lock (_ring.Gate)
            foreach (var session in _sessions.Values.ToList()) Close(session);
    }

    byte[] IRingNode.InboundUp()
    {
        CheckReady();
        return BoundaryFrame.Have([.. _sessions.Values.Select(s => KeyValuePair.Create(s.Id, s.Expected))], _options.Boundary);
    }

    string? IRingNode.FollowUp() => "a head has no standby";

    Task IRingNode.Follow(BoundaryFrame frame, OverlayFrame buffer) => throw new BoundaryProtocolException("a head has no standby");

    void IRingNode.InboundDown() => _ringGeneration = -1;

    ChannelReader<FrameSlice> IOutboundNode.OutboundUp(Dictionary<SessionId, long> have)
    {
        var queue = _ring.Sender.LinkUp(have);
        _ring.HistoriesChanged();                                            // what the queue has no room for is sent later
        CheckReady();
        return queue;
    }

    void IOutboundNode.OutboundDown() => _ring.Sender.LinkDown();

    void IRingNode.MapChanged(PipelineMap map)
    {
        _ring.Sender.Sync(_options.Epoch.Value, map.Generation, allFork: true);
        CheckReady();
    }

    bool IRingNode.Inbound(BoundaryFrame frame, OverlayFrame buffer)
    {
        if (frame.Kind == FrameKind.History)
        {
            TakeHistory(frame, buffer.Memory.Span);
            return false;
        }
        if (frame.Session.HeadEpoch != _options.Epoch.Value) return false;   // meant for another head of this order
        switch (frame.Kind)
        {
            case FrameKind.Candidates or FrameKind.Embedding:
                if (_sessions.TryGetValue(frame.Session.Number, out var session)) TakeAnswer(session, frame, buffer.Memory);
                return false;
            case FrameKind.Refused:
                if (_sessions.TryGetValue(frame.Session.Number, out var refused))
                    Refused(refused, BoundaryFrame.ReadReason(buffer.Memory.Span));
                return false;
            case FrameKind.Sync:
                (_ringGeneration, _allFork) = (frame.Sequence, frame.AllFork);
                CheckReady();
                return false;
            case FrameKind.CloseSession or FrameKind.Rest or FrameKind.Fork:
                return false;
            default:
                throw new BoundaryProtocolException($"a frame of kind {frame.Kind} came to the head");
        }
    }

    private void TakeAnswer(HeadSession session, BoundaryFrame frame, ReadOnlyMemory<byte> bytes)
    {
        if (session.Embeds != (frame.Kind == FrameKind.Embedding) || (session.Embeds && BoundaryFrame.States(bytes.Span).Length != _kernel?.EmbeddingLength))
            throw new BoundaryProtocolException($"a frame of kind {frame.Kind} that session {session.Id} did not ask for came to the head");
        session.Answer(frame.Sequence, () => session.Embeds
            ? new HeadAnswer(null, [.. BoundaryFrame.States(bytes.Span)])
            : new HeadAnswer(BoundaryFrame.ReadCandidates(bytes.Span, frame.Count), []));
    }

    private async Task<bool> EndsWithin(Task task, TimeSpan bound, CancellationToken cancel)
    {
        try
        {
            await task.WaitAsync(bound, _time, cancel);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private void CheckOpen()
    {
        if (_draining) throw new PipelineException(PipelineFault.NotReady, "The head takes no more requests.");
        if (!_stood) throw new PipelineException(PipelineFault.NotReady, "The pipeline does not stand yet.");
    }

    private HeadSession Begin(SessionRoom room, string? scope, ReadOnlyMemory<int> tokens, int known)
    {
        lock (_ring.Gate)
        {
            CheckOpen();
            var (taken, frames) = (room.Take(), 0);
            var source = room.Embeds ? null : FindPrefix(scope, tokens.Span[..known], out frames);
            if (!MakeRoom(source)) source = null;
            var session = Add(scope, tokens, source, frames, taken, room.Embeds);
            Admit();                                                         // what had to go may have left more than was needed
            return session;
        }
    }

    private HeadSession Add(string? scope, ReadOnlyMemory<int> tokens, HeadSession? source, int frames, int taken, bool embeds = false)
    {
        var session = new HeadSession(new SessionId(_options.Epoch.Value, checked(++_lastNumber)), scope, tokens, embeds) { TokensTaken = taken };
        _sessions.Add(session.Id.Number, session);
        _ring.ShareOut(_sessions.Count - _kept.Count);
        if (source is not null) Fork(session, source, frames);
        else if (_options.Slots > 1) _ring.Sender.Open(session.Id);
        return session;
    }

    private void Close(HeadSession session)
    {
        var wasKept = _kept.Remove(session);
        if (!_sessions.Remove(session.Id.Number)) return;
        session.IsOver = true;
        _ring.ShareOut(_sessions.Count - _kept.Count);
        _ring.Sender.Close(session.Id);
        if (_sessions.Count == 0) _drained?.TrySetResult();
        if (wasKept) _kv.Return(session.TokensTaken);                        // whoever takes them begins after it has ended, in every stage
        _ring.Worker.PostUrgent(() =>
        {
            session.Kernel?.Dispose();
            if (wasKept) return;
            lock (_ring.Gate)
            {
                _open--;                                                     // only now is there room for the next one
                _kv.Return(session.TokensTaken);
                if (session.Embeds) _embeddingsOpen--;
                Admit();
            }
        });
    }

    private bool RingStands() => _kernel is not null && _ring.Map is { } map
        && (_options.Slots == 1 || (_ring.Sender.IsUp && _ring.InboundIsUp && _ringGeneration == map.Generation));

    private void CheckReady()
    {
        if (!RingStands()) return;
        if (!_stood) _ring.Histories.Renew(_time.GetUtcNow());               // clients can come back only now
        _stood = true;
        _ring.RaiseReady();
    }
}
