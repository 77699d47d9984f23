using System.Collections.Immutable;

namespace SwarmCompute.Client.Orders;

/// <summary>The swarm as one silo sees it.</summary>
/// <param name="Silos">The coordinating processes.</param>
/// <param name="Nodes">The servers on offer.</param>
public sealed record SwarmView(ImmutableArray<SiloView> Silos, ImmutableArray<NodeView> Nodes);
