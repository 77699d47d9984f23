using SwarmCompute.Inference;

namespace SwarmCompute.Bench;

/// <summary>Layers that only copy, and a head that always says the same: what is left is the pipeline's own cost. An embedding of zeros, too.</summary>
internal sealed class CopyKernel(int width, bool last) : IStageKernel, IEmbedding
{
    private static readonly Candidates Same = new(
        [.. Enumerable.Range(0, Candidates.CountMax)], [.. Enumerable.Range(0, Candidates.CountMax).Select(i => -(float)i)], 1);

    public int EmbeddingLength => width;

    public int ContextTokensMax => 1 << 20;

    public int BatchTokensMax => 1;

    public void Run(ReadOnlySpan<StageCall> calls)
    {
        foreach (var call in calls) call.RunAlone(last);
    }

    public IStageSession Open() => new Session();

    public void Lookup(ReadOnlySpan<int> tokens, Span<float> hidden) => hidden.Clear();

    public void Dispose()
    {
    }

    private sealed class Session : IStageSession
    {
        public int Position { get; private set; }

        public void RunHidden(ReadOnlySpan<float> hiddenIn, int tokens, Span<float> hiddenOut)
        {
            hiddenIn.CopyTo(hiddenOut);
            Position += tokens;
        }

        public Candidates RunLast(ReadOnlySpan<float> hiddenIn, int tokens)
        {
            Position += tokens;
            return Same;
        }

        public void Dispose()
        {
        }
    }
}
