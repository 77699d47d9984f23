using System.Collections.Immutable;

namespace SwarmCompute.Client.Inference;

/// <summary>What came of asking one head for the vectors of some texts.</summary>
internal abstract record EmbeddingStep
{
    public sealed record Vectors(ImmutableArray<ImmutableArray<float>> All) : EmbeddingStep;

    public sealed record Broken(string Reason) : EmbeddingStep;
}
