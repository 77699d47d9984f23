namespace SwarmCompute.Grains.Interfaces;

/// <summary>What a node agent reports at each sync.</summary>
/// <param name="Description">What the node offers.</param>
/// <param name="Incarnation">This run of the agent (its silo's address with its generation): another value means that every guest of the run before is gone.</param>
/// <param name="Guests">Every guest that has a process on the node now, those that are being stopped included.</param>
[GenerateSerializer, Immutable, Alias("swarm.NodeReport")]
public sealed record NodeReport(
    [property: Id(0)] NodeDescription Description, [property: Id(1)] string Incarnation, [property: Id(2)] ImmutableArray<LeaseHold> Guests)
{
    /// <summary>Where the node is in the network, as far as it knows; null where it measures nothing.</summary>
    [Id(3)] public NetworkPosition? Position { get; init; }
}
