using System.Runtime.InteropServices;

namespace SwarmCompute.Inference;

/// <summary>
/// A stage that llama.cpp runs. Where the engine gives a row the same bits whatever else is in its batch, all sessions share one context and
/// are run together; where it does not, each has a context of its own.
/// </summary>
internal sealed class LlamaStageKernel : IStageKernel
{
    private readonly Lock _gate = new();
    private readonly LlamaModelHandle _model;
    private readonly GgufModelInfo _info;
    private readonly PoolingKind? _pooling;
    private readonly StageLoadOptions _options;
    private readonly BatchRule _rule;
    private readonly bool _ownsModel;
    private readonly KvArena? _shared;
    private readonly Stack<KvArena> _idle = new();
    private readonly List<StageCall> _sound = [];
    private int _open;
    private long _held;
    private bool _disposed;

    public LlamaStageKernel(LlamaModelHandle model, GgufMetadata stage, StageLoadOptions options, BatchRule rule, bool ownsModel)
    {
        (_model, _info, _options, _rule, _ownsModel) = (model, stage.Model, options, rule, ownsModel);
        _pooling = stage.Pooling;
        if (rule.SharesContext) _shared = new KvArena(model, _info, options, rule);
    }

    public int EmbeddingLength => _info.EmbeddingLength;

    public int ContextTokensMax => _options.ContextTokensPerSession;

    public int BatchTokensMax => _rule.SharesContext ? _rule.RowsMax : 1;

    public string? WhyNoEmbeddings => _pooling is null ? GgufMetadata.NoPooling : null;

    /// <summary>How often the cells of living sessions were moved together.</summary>
    public int Moves => _shared?.Moves ?? 0;

    /// <summary>Whether sessions share a context, whose cache has the form that is known: no cell of it is dropped before its sequence ends.</summary>
    public bool CanFork => _shared is not null && CanHandOver;

    /// <summary>Whether the engine writes sessions in the form that is known.</summary>
    public bool CanHandOver
    {
        get
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                if (_shared is not null) return _shared.Form() is not null;
                var arena = _idle.TryPop(out var idle) ? idle : new KvArena(_model, _info, _options, _rule);
                _idle.Push(arena);
                return arena.Form() is not null;
            }
        }
    }

    public IStageSession Open()
    {
        lock (_gate)
        {
            CheckRoom();
            var arena = _shared ?? (_idle.TryPop(out var idle) ? idle : new KvArena(_model, _info, _options, _rule));
            _open++;
            return new LlamaStageSession(this, arena, arena.Open(), _info.EmbeddingLength, _pooling, _options);
        }
    }

    public void Run(ReadOnlySpan<StageCall> calls)
    {
        lock (_gate)
        {
            _sound.Clear();
            foreach (var call in calls)
                if (Session(call).Begin(call)) _sound.Add(call);
            if (_shared is not null) RunIn(_shared, _sound);
            else foreach (var call in _sound) RunIn(Session(call).Arena, [call]);
            foreach (var call in calls) Session(call).Rest();
        }
    }

    /// <summary>Opens a session that begins with the first tokens of another.</summary>
    /// <exception cref="InferenceException">As many sessions are open as there may be, or they hold too many tokens.</exception>
    public IStageSession Fork(LlamaStageSession source, int tokens)
    {
        lock (_gate)
        {
            CheckRoom();
            if (_shared is null) throw new NotSupportedException("Sessions that have a context each cannot be forked.");
            CheckRoom(tokens);
            var fork = new LlamaStageSession(this, _shared, _shared.Fork(source.Sequence, tokens), _info.EmbeddingLength, _pooling, _options) { Position = tokens };
            Hold(fork, tokens);
            _open++;
            return fork;
        }
    }

    /// <summary>Some tokens of a session.</summary>
    /// <exception cref="InferenceException">The engine failed.</exception>
    public byte[] Export(LlamaStageSession session, int from, int to)
    {
        lock (_gate) return session.Arena.Export(session.Sequence, from, to);
    }

    /// <summary>Adds tokens that another instance ran to a session.</summary>
    /// <exception cref="InferenceException">The delta has another form than this engine's, or the engine failed.</exception>
    public void Import(LlamaStageSession session, ReadOnlySpan<byte> delta, int from, int to)
    {
        lock (_gate)
        {
            var form = session.Arena.Form() ?? throw new InferenceException("This engine writes sessions in a form that is not known: none can be taken over.");
            if (form.Check(delta, from, to - from) is { } fault) throw new InferenceException($"A session's delta cannot be taken: {fault}.");
            CheckRoom(to - from);
            Hold(session, to - from);
            session.Arena.Import(session.Sequence, delta, to - from);
        }
    }

    /// <summary>Refuses tokens for which the cache may have no cells. Called under the gate: in a batch.</summary>
    /// <exception cref="InferenceException">All sessions together hold too many.</exception>
    public void CheckRoom(int tokens)
    {
        if (tokens > _options.KvTokensMax - _held)
            throw new InferenceException($"The cache is full: all sessions together use {_held} of its {_options.KvTokensMax} tokens, {tokens} more do not fit.");
    }

    /// <summary>Counts tokens that a session takes, until it is given back. Called under the gate: in a batch.</summary>
    public void Hold(LlamaStageSession session, int tokens)
    {
        session.Held += tokens;
        _held += tokens;
    }

    /// <summary>Takes a session back.</summary>
    public void Return(LlamaStageSession session)
    {
        lock (_gate)
        {
            _open--;
            _held -= session.Held;
            session.Arena.Close(session.Sequence);
            if (_disposed) FreeIdle(session.Arena);
            else if (_shared is null) _idle.Push(session.Arena);
        }
    }

    /// <summary>Frees what is not in use; open sessions keep the model until they end.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            while (_idle.TryPop(out var arena)) arena.Dispose();
            if (_shared is not null) FreeIdle(_shared);
            if (_ownsModel) _model.Dispose();
        }
    }

    private void CheckRoom()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_open == _options.SessionsMax)
            throw new InferenceException($"All {_options.SessionsMax} sessions of this stage are in use; end one, or load the stage for more.");
    }

    private static LlamaStageSession Session(StageCall call) => (LlamaStageSession)call.Session;

    private static void RunIn(KvArena arena, List<StageCall> calls)
    {
        if (calls.Count == 0) return;
        try
        {
            arena.Run(CollectionsMarshal.AsSpan(calls));
        }
        catch (InferenceException fault)
        {
            foreach (var call in calls) (call.Fault, call.IsEngineFault) = (call.Fault ?? fault, true);
        }
        foreach (var call in calls) Session(call).End(call);
    }

    private static void FreeIdle(KvArena arena)
    {
        if (arena.IsIdle) arena.Dispose();
    }
}
