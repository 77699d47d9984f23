namespace SwarmCompute.Grains.Interfaces;

/// <summary>One block of the chain.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Hash">Its hash.</param>
[GenerateSerializer, Immutable, Alias("swarm.BlockRecord")]
public sealed record BlockRecord([property: Id(0)] ulong Number, [property: Id(1)] Hash32 Hash);
