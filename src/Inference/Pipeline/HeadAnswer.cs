using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>What the last stage gives a session.</summary>
/// <param name="Candidates">The candidates for the next token; null where it gave an embedding.</param>
/// <param name="Embedding">The text's embedding; empty where it gave candidates.</param>
internal readonly record struct HeadAnswer(Candidates? Candidates, ImmutableArray<float> Embedding);
