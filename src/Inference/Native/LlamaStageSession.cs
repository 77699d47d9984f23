using System.Runtime.InteropServices;

namespace SwarmCompute.Inference;

/// <summary>One sequence in a stage that llama.cpp runs.</summary>
internal sealed class LlamaStageSession(
    LlamaStageKernel kernel, KvArena arena, int sequence, int embeddingLength, PoolingKind? pooling, StageLoadOptions options) : IStageSession
{
    private TextPool? _pool;
    private int _running, _disposed;
    private bool _failed, _refused;

    public int Position { get; internal set; }

    /// <summary>Tokens that it takes of those that all sessions may hold: those that failed count, too. The kernel's.</summary>
    public int Held { get; set; }

    public int Sequence => sequence;

    public KvArena Arena => arena;

    public LlamaStageKernel Kernel => kernel;

    /// <summary>The final states of the session's text, where its embedding is wanted.</summary>
    /// <exception cref="InferenceException">The model makes no embeddings.</exception>
    public TextPool Pool => _pool ??= new TextPool(pooling ?? throw new InferenceException(GgufMetadata.NoPooling), embeddingLength);

    public void RunHidden(ReadOnlySpan<float> hiddenIn, int tokens, Span<float> hiddenOut)
    {
        if (options.Last) throw new InvalidOperationException("The last stage gives candidates: call RunLast.");
        if (hiddenOut.Length != hiddenIn.Length)
            throw new ArgumentException($"The destination has {hiddenOut.Length} floats; {hiddenIn.Length} are needed.", nameof(hiddenOut));
        var result = new byte[hiddenIn.Length * sizeof(float)];
        RunAlone(hiddenIn, tokens, result);
        MemoryMarshal.Cast<byte, float>(result).CopyTo(hiddenOut);
    }

    public Candidates RunLast(ReadOnlySpan<float> hiddenIn, int tokens)
    {
        if (!options.Last) throw new InvalidOperationException("This stage is not the last: call RunHidden.");
        return RunAlone(hiddenIn, tokens, default).Candidates!;
    }

    public void RunPooled(ReadOnlySpan<float> hiddenIn, int tokens)
    {
        if (!options.Last) throw new InvalidOperationException("This stage is not the last: call RunHidden.");
        RunAlone(hiddenIn, tokens, default, embeds: true);
    }

    public float[] Embedding() => Pool.Vector(Position);

    public byte[] Export(int from, int to)
    {
        CheckSound();
        if (from < 0 || to <= from || to > Position) throw new ArgumentOutOfRangeException(nameof(to), to, $"The session has {Position} tokens, not {from} to {to}.");
        return kernel.Export(this, from, to);
    }

    public void Import(ReadOnlySpan<byte> delta, int from, int to)
    {
        CheckSound();
        _failed = true;
        if (from != Position || to <= from || to > options.ContextTokensPerSession)
            throw new InferenceException($"Tokens {from} to {to} cannot follow {Position} of {options.ContextTokensPerSession}.");
        kernel.Import(this, delta, from, to);
        (Position, _failed) = (to, false);
    }

    public IStageSession Fork(int tokens)
    {
        CheckSound();
        if (tokens < 1 || tokens > Position) throw new ArgumentOutOfRangeException(nameof(tokens), tokens, $"The session has {Position} tokens.");
        return kernel.Fork(this, tokens);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) kernel.Return(this);    // twice would give two sessions one sequence
    }

    /// <summary>Whether a call may run; where it may not, it has the reason.</summary>
    public bool Begin(StageCall call)
    {
        try
        {
            Check(call);
        }
        catch (Exception fault) when (fault is InferenceException or ArgumentException or ObjectDisposedException)
        {
            call.Fault = fault as InferenceException ?? new InferenceException($"The call is refused: {fault.Message}", fault);
            _refused = true;
            return false;
        }
        call.Position = Position + _running;
        _running += call.Tokens;
        kernel.Hold(this, call.Tokens);
        return true;
    }

    /// <summary>A call has run, or failed.</summary>
    public void End(StageCall call)
    {
        _running -= call.Tokens;
        if (_failed) call.Fault ??= new InferenceException("A call of this session before this one failed.");
        if (call.Fault is not null) _failed = true;
        else Position += call.Tokens;
    }

    /// <summary>The batch is over: what was refused in it may be tried again.</summary>
    public void Rest() => _refused = false;

    private StageCall RunAlone(ReadOnlySpan<float> hiddenIn, int tokens, byte[]? result, bool embeds = false)
    {
        var call = new StageCall
        {
            Session = this,
            States = MemoryMarshal.AsBytes(hiddenIn).ToArray(),
            Tokens = tokens,
            Result = result,
            WantsCandidates = options.Last && !embeds,
            Embeds = embeds,
        };
        kernel.Run([call]);
        return call.Fault is null ? call : throw call.Fault.InnerException ?? call.Fault;
    }

    private void CheckSound()
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (_failed) throw new InferenceException("This session failed before; open another and replay its calls.");
        if (_running == 0 && arena.Tokens(sequence) != Position)
            throw new InferenceException($"The cache holds {arena.Tokens(sequence)} of this session's {Position} tokens; open another and replay its calls.");
    }

    private void Check(StageCall call)
    {
        CheckSound();
        if (call.Embeds) _ = Pool;                                           // throws where the model makes no embeddings
        if (_refused) throw new InferenceException("A call of this session before this one was refused.");
        if (call.Tokens < 1 || call.Tokens > options.PrefillTokensMax)
            throw new ArgumentOutOfRangeException(nameof(call), call.Tokens, $"A call takes 1 to {options.PrefillTokensMax} tokens.");
        if (call.States.Length != call.Tokens * embeddingLength * sizeof(float))
            throw new ArgumentException($"{call.Tokens} tokens have {call.Tokens * embeddingLength} floats, not {call.States.Length / sizeof(float)}.", nameof(call));
        if (!options.Last && call.Result.Length != call.States.Length)
            throw new ArgumentException($"The result of {call.States.Length} bytes has {call.Result.Length}.", nameof(call));
        if (call.Tokens > options.ContextTokensPerSession - Position - _running)
            throw new InferenceException($"The context is full: {Position + _running} of {options.ContextTokensPerSession} tokens are used, {call.Tokens} more do not fit.");
        kernel.CheckRoom(call.Tokens);
    }
}
