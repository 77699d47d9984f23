namespace SwarmCompute.Inference.Tests.Pipeline;

/// <summary>A stage whose layers change nothing, and which allocates nothing.</summary>
internal sealed class CopyKernel(int width, int contextTokens) : IStageKernel
{
    public int EmbeddingLength => width;

    public int ContextTokensMax => contextTokens;

    public int BatchTokensMax => 16;

    public IStageSession Open() => new Session();

    public void Run(ReadOnlySpan<StageCall> calls)
    {
        foreach (var call in calls) call.RunAlone(last: false);
    }

    public void Dispose() { /* holds nothing */ }

    private sealed class Session : IStageSession
    {
        public int Position { get; private set; }

        public void RunHidden(ReadOnlySpan<float> hiddenIn, int tokens, Span<float> hiddenOut)
        {
            hiddenIn.CopyTo(hiddenOut);
            Position += tokens;
        }

        public Candidates RunLast(ReadOnlySpan<float> hiddenIn, int tokens) => throw new InvalidOperationException("This is not the last stage.");

        public void Dispose() { /* holds nothing */ }
    }
}
