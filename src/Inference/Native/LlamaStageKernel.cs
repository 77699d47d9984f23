namespace SwarmCompute.Inference;

/// <summary>
/// A stage that llama.cpp runs. Every session has a context of its own: nothing that one does can change the bits of
/// another. Contexts are kept for later sessions, emptied.
/// </summary>
internal sealed class LlamaStageKernel(LlamaModelHandle model, GgufModelInfo info, StageLoadOptions options) : IStageKernel
{
    private readonly Lock _gate = new();
    private readonly Stack<LlamaContext> _idle = new();
    private int _open;
    private bool _disposed;

    public int EmbeddingLength => info.EmbeddingLength;

    public int ContextTokensMax => options.ContextTokensPerSession;

    public IStageSession Open()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_open == options.SessionsMax)
                throw new InferenceException($"All {options.SessionsMax} sessions of this stage are in use; end one, or load the stage for more.");
            var context = _idle.TryPop(out var idle) ? idle : new LlamaContext(model, info, options);
            _open++;
            return new LlamaStageSession(this, context, info.EmbeddingLength, options);
        }
    }

    /// <summary>Takes a session's context back; one that failed is not used again.</summary>
    public void Return(LlamaContext context, bool usable)
    {
        lock (_gate)
        {
            _open--;
            if (!usable || _disposed)
            {
                context.Dispose();
                return;
            }
            context.Clear();
            _idle.Push(context);
        }
    }

    /// <summary>Frees what is not in use; open sessions keep the model until they end.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            while (_idle.TryPop(out var context)) context.Dispose();
            model.Dispose();
        }
    }
}
