namespace SwarmCompute.Inference;

/// <summary>One sequence in a stage that the managed engine runs.</summary>
internal sealed class ManagedStageSession(
    ManagedStageKernel kernel, ManagedSequence sequence, PoolingKind? pooling, StageLoadOptions options) : IStageSession
{
    private TextPool? _pool;
    private int _held;
    private bool _failed;
    private bool _disposed;

    public int Position { get; private set; }

    public void RunHidden(ReadOnlySpan<float> hiddenIn, int tokens, Span<float> hiddenOut)
    {
        if (options.Last) throw new InvalidOperationException("The last stage gives candidates: call RunLast.");
        Check(hiddenIn, tokens);
        if (hiddenOut.Length != hiddenIn.Length)
            throw new ArgumentException($"The destination has {hiddenOut.Length} floats; {hiddenIn.Length} are needed.", nameof(hiddenOut));
        sequence.Run(hiddenIn, tokens, Position).CopyTo(hiddenOut);
        Position += tokens;
    }

    public Candidates RunLast(ReadOnlySpan<float> hiddenIn, int tokens)
    {
        if (!options.Last) throw new InvalidOperationException("This stage is not the last: call RunHidden.");
        Check(hiddenIn, tokens);
        var states = sequence.Run(hiddenIn, tokens, Position);
        _failed = true;                                       // the keys and values of a call without a result are not built upon
        var candidates = CandidateSelection.Best(sequence.Logits(states[^kernel.EmbeddingLength..]));
        _failed = false;
        Position += tokens;
        return candidates;
    }

    public void RunPooled(ReadOnlySpan<float> hiddenIn, int tokens)
    {
        if (!options.Last) throw new InvalidOperationException("This stage is not the last: call RunHidden.");
        var pool = Pool;
        Check(hiddenIn, tokens);
        var states = sequence.Run(hiddenIn, tokens, Position);
        for (; !states.IsEmpty; states = states[kernel.EmbeddingLength..]) pool.Add(sequence.Final(states[..kernel.EmbeddingLength]));
        Position += tokens;
    }

    public float[] Embedding() => Pool.Vector(Position);

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        kernel.Return(_held);
    }

    private TextPool Pool => _pool ??= new TextPool(pooling ?? throw new InferenceException(GgufMetadata.NoPooling), kernel.EmbeddingLength);

    private void Check(ReadOnlySpan<float> hiddenIn, int tokens)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_failed) throw new InferenceException("This session failed before; open another and replay its calls.");
        if (tokens < 1 || tokens > options.PrefillTokensMax)
            throw new ArgumentOutOfRangeException(nameof(tokens), tokens, $"A call takes 1 to {options.PrefillTokensMax} tokens.");
        if (hiddenIn.Length != (long)tokens * kernel.EmbeddingLength)
            throw new ArgumentException($"{tokens} tokens have {(long)tokens * kernel.EmbeddingLength} floats, not {hiddenIn.Length}.", nameof(hiddenIn));
        if (tokens > options.ContextTokensPerSession - Position)
            throw new InferenceException($"The context is full: {Position} of {options.ContextTokensPerSession} tokens are used, {tokens} more do not fit.");
        var more = Position + tokens - _held;                 // a call that could not be made was counted already
        if (more <= 0) return;
        kernel.Hold(more);
        _held += more;
    }
}
