namespace SwarmCompute.Inference;

/// <summary>A stage that the managed engine runs. Sessions share the weights, which nobody changes, and nothing else.</summary>
internal sealed class ManagedStageKernel(ManagedModel model, StageLoadOptions options) : IStageKernel
{
    private readonly Lock _gate = new();
    private int _open;
    private long _held;
    private bool _disposed;

    public int EmbeddingLength => model.Width;

    public int ContextTokensMax => options.ContextTokensPerSession;

    public int BatchTokensMax => 1;

    public string? WhyNoEmbeddings => model.Pooling is null ? GgufMetadata.NoPooling : null;

    public void Run(ReadOnlySpan<StageCall> calls)
    {
        foreach (var call in calls) call.RunAlone(options.Last);
    }

    public unsafe IStageSession Open()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_open == options.SessionsMax)
                throw new InferenceException($"All {options.SessionsMax} sessions of this stage are in use; end one, or load the stage for more.");
            var session = new ManagedStageSession(this, new(model, options), model.Pooling, options);
            model.Weights.Hold();
            _open++;
            return session;
        }
    }

    /// <summary>Counts tokens that a session takes.</summary>
    /// <exception cref="InferenceException">All sessions together hold too many; none was counted.</exception>
    public void Hold(int tokens)
    {
        lock (_gate)
        {
            if (tokens > options.KvTokensMax - _held)
                throw new InferenceException($"The cache is full: all sessions together use {_held} of its {options.KvTokensMax} tokens, {tokens} more do not fit.");
            _held += tokens;
        }
    }

    /// <summary>Takes back what a session held.</summary>
    public void Return(int tokens)
    {
        lock (_gate)
        {
            _open--;
            _held -= tokens;
            model.Weights.Release();
        }
    }

    /// <summary>Frees the weights; open sessions keep them until they end.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            model.Dispose();
        }
    }
}
