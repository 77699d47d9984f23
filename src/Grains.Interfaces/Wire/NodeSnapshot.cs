namespace SwarmCompute.Grains.Interfaces;

/// <summary>A node as the Placer and people see it.</summary>
[GenerateSerializer, Immutable, Alias("swarm.NodeSnapshot")]
public sealed record NodeSnapshot
{
    /// <summary>What it offers.</summary>
    [Id(0)] public required NodeDescription Description { get; init; }
    /// <summary>The run of its agent.</summary>
    [Id(1)] public required string Incarnation { get; init; }
    /// <summary>Where it stands.</summary>
    [Id(2)] public required NodeStatus Status { get; init; }
    /// <summary>Slots that are not taken.</summary>
    [Id(3)] public required int Free { get; init; }
    /// <summary>Why it stands there; null where there is nothing to say.</summary>
    [Id(4)] public string? Why { get; init; }
    /// <summary>How long nothing was heard of it, while the registry heard of others.</summary>
    [Id(5)] public TimeSpan Silence { get; init; }
    /// <summary>Bytes of memory that are not set aside for a guest.</summary>
    [Id(6)] public long FreeMemory { get; init; }
    /// <summary>Where it is in the network; null where it has not said. Not durable.</summary>
    [Id(7)] public NetworkPosition? Position { get; init; }
}
