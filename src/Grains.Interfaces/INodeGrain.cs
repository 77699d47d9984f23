namespace SwarmCompute.Grains.Interfaces;

/// <summary>One node: what it offers and what should run there. Keyed by the node id.</summary>
[Alias("swarm.INodeGrain")]
public interface INodeGrain : IGrainWithStringKey
{
    /// <summary>The node agent's heartbeat: says what runs, learns what should. A new incarnation joins anew and holds nothing.</summary>
    [Alias("Sync"), ResponseTimeout("00:00:03")]
    Task<NodeAssignments> Sync(NodeReport report, CancellationToken cancel);

    /// <summary>Sets what one lease should do here; takes a slot where it is new.</summary>
    /// <returns>Done, Unchanged or Refused (no slot, another incarnation, stopped before, takes no leases).</returns>
    [Alias("Assign"), ResponseTimeout("00:00:03")]
    Task<NodeDecision> Assign(Assignment assignment, CancellationToken cancel);

    /// <summary>Stops a lease here, for good: the same epoch is not assigned again. Its slot is free when the agent no longer reports it.</summary>
    /// <returns>Done or Unchanged.</returns>
    [Alias("Stop"), ResponseTimeout("00:00:03")]
    Task<NodeDecision> Stop(LeaseHold hold, CancellationToken cancel);

    /// <summary>Declares one run of the node's agent lost.</summary>
    /// <returns>The leases that it held, which their orders must replace; empty where the incarnation is not the current one.</returns>
    [Alias("Lose"), ResponseTimeout("00:00:03")]
    Task<ImmutableArray<LeaseHold>> Lose(string incarnation, string reason, CancellationToken cancel);

    /// <summary>Says that this run of the agent ends in order (its guests are stopped).</summary>
    /// <returns>The leases that it held, which their orders must replace; empty where the incarnation is not the current one.</returns>
    [Alias("Leave"), ResponseTimeout("00:00:03")]
    Task<ImmutableArray<LeaseHold>> Leave(string incarnation, string reason, CancellationToken cancel);

    /// <summary>An operator moves the node: Ready and Cordoned either way, or Draining.</summary>
    /// <returns>Done, Unchanged or Illegal.</returns>
    [Alias("Move"), ResponseTimeout("00:00:03")]
    Task<NodeDecision> Move(NodeStatus to, string reason, CancellationToken cancel);

    /// <summary>As <see cref="Move"/>, where the node's provider has signed it.</summary>
    /// <returns>Done, Unchanged, Illegal, or Refused (unknown, over, or not signed by the provider).</returns>
    [Alias("Command"), ResponseTimeout("00:00:03")]
    Task<NodeDecision> Command(NodeCommand command, CancellationToken cancel);

    /// <summary>The node as it stands; null where it never joined.</summary>
    [Alias("Read"), ResponseTimeout("00:00:03")]
    Task<NodeSnapshot?> Read(CancellationToken cancel);
}
