namespace SwarmCompute.Grains.Nodes;

/// <summary>The swarm's list of nodes: standings are durable, free slots and heartbeats are not.</summary>
internal sealed class NodeRegistryGrain(
    [PersistentState("nodes", SwarmGrainsHosting.StorageName)] IPersistentState<NodeRegistryState> state,
    TimeProvider time) : Grain, INodeRegistryGrain
{
    private readonly Heartbeats _heartbeats = new(time);
    private readonly SortedDictionary<string, NodeSnapshot> _nodes = new(StringComparer.Ordinal);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (var node in state.State.Nodes) _nodes[node.Description.Id.Value] = node;
        return Task.CompletedTask;
    }

    public async Task Note(NodeSnapshot node, CancellationToken cancel)
    {
        _heartbeats.Heard(node.Description.Id);
        var known = _nodes.GetValueOrDefault(node.Description.Id.Value);
        if (known is null || known.Status != node.Status || known.Incarnation != node.Incarnation)
            await this.Save(state, new NodeRegistryState { Nodes = [.. _nodes.Values.Where(n => n.Description.Id != node.Description.Id), node] }, cancel);
        _nodes[node.Description.Id.Value] = node;
    }

    public Task<ImmutableArray<NodeSnapshot>> List(CancellationToken cancel) =>
        Task.FromResult<ImmutableArray<NodeSnapshot>>([.. _nodes.Values.Select(n => n with { Silence = _heartbeats.Silence(n.Description.Id) })]);
}
