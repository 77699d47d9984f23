namespace SwarmCompute.Grains.Interfaces;

/// <summary>Who serves which stage. The generation rises whenever any slot's epoch, endpoint or certificate changes.</summary>
/// <param name="Generation">From 1.</param>
/// <param name="Stages">One for each slot, by slot.</param>
[GenerateSerializer, Immutable, Alias("swarm.PipelineMap")]
public sealed record PipelineMap([property: Id(0)] long Generation, [property: Id(1)] ImmutableArray<PipelineMapStage> Stages);
