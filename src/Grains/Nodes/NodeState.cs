namespace SwarmCompute.Grains.Nodes;

/// <summary>What is remembered of one node.</summary>
[GenerateSerializer, Immutable, Alias("swarm.state.NodeState")]
internal sealed record NodeState
{
    [Id(0)] public NodeDescription? Description { get; init; }
    [Id(1)] public string Incarnation { get; init; } = "";
    [Id(2)] public NodeStatus? Status { get; init; }
    [Id(3)] public string? Why { get; init; }
    /// <summary>What should run, what is being stopped, and, once the node is lost, what it held.</summary>
    [Id(4)] public ImmutableArray<Assignment> Assignments { get; init; } = [];
    /// <summary>Leases that were stopped here, latest last: they are not assigned again.</summary>
    [Id(5)] public ImmutableArray<LeaseHold> Stopped { get; init; } = [];
    /// <summary>Runs of the agent that are over, latest last: they do not come back.</summary>
    [Id(6)] public ImmutableArray<string> Past { get; init; } = [];

    public bool IsGone => Status is null or NodeStatus.Left or NodeStatus.Lost;

    public int Free => IsGone ? 0 : Math.Max(0, Description!.Slots - Assignments.Length);

    /// <summary>Bytes that no guest has; what a node does not say has no bound.</summary>
    public long FreeMemory => IsGone ? 0 : Description!.MemoryBytes == 0 ? long.MaxValue : Math.Max(0, Description.MemoryBytes - Assignments.Sum(a => a.MemoryBytes));

    public Assignment? Find(LeaseHold hold) => Assignments.FirstOrDefault(a => a.Lease == hold.Lease && a.Epoch == hold.Epoch);
}
