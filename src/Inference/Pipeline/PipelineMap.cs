using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>Who holds which stage.</summary>
/// <param name="Generation">Rises with every change.</param>
/// <param name="Stages">One for each slot, in order.</param>
public sealed record PipelineMap(long Generation, ImmutableArray<StagePeer> Stages);
