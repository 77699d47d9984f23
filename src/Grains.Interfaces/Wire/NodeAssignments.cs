namespace SwarmCompute.Grains.Interfaces;

/// <summary>What should run on a node. A guest that is not listed is to be stopped.</summary>
/// <param name="Assignments">What should run, by lease and epoch.</param>
/// <param name="Refusal">Why this run of the agent may hold nothing (it was declared lost); null otherwise.</param>
[GenerateSerializer, Immutable, Alias("swarm.NodeAssignments")]
public sealed record NodeAssignments([property: Id(0)] ImmutableArray<Assignment> Assignments, [property: Id(1)] string? Refusal);
