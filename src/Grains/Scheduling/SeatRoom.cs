namespace SwarmCompute.Grains.Scheduling;

/// <summary>What nodes still have room for while slots are given to them.</summary>
internal sealed class SeatRoom
{
    private readonly Ask _ask;
    private readonly Dictionary<NodeId, int> _free, _used;
    private readonly Dictionary<NodeId, long> _memory;

    /// <param name="ask">What is asked for.</param>
    /// <param name="nodes">The nodes that may be chosen, by id.</param>
    public SeatRoom(Ask ask, ImmutableArray<NodeSnapshot> nodes)
    {
        (_ask, Nodes) = (ask, nodes);
        _free = nodes.ToDictionary(n => n.Description.Id, n => n.Free);
        _memory = nodes.ToDictionary(n => n.Description.Id, n => n.FreeMemory);
        _used = nodes.ToDictionary(n => n.Description.Id, n => ask.Used.Count(u => u == n.Description.Id));
    }

    /// <summary>The nodes that may be chosen, by id.</summary>
    public ImmutableArray<NodeSnapshot> Nodes { get; }

    /// <summary>Seats slot after slot, those that need most memory first; those that find no node are left out.</summary>
    public List<Seat> SeatAll(Func<int, NodeSnapshot?> choose)
    {
        var seats = new List<Seat>(_ask.Slots.Length);
        foreach (var slot in _ask.Slots.OrderByDescending(_ask.MemoryOf).ThenBy(slot => slot))
        {
            if (choose(slot) is not { } node) continue;
            Take(node, slot);
            seats.Add(new Seat(slot, node));
        }
        return seats;
    }

    /// <summary>The node for a slot that is the best one while there is room enough.</summary>
    public NodeSnapshot? Roomiest(int slot) => ByWorth().FirstOrDefault(n => Fits(n, slot));

    /// <summary>The node that has the least memory to spare.</summary>
    public NodeSnapshot? Tightest(int slot) => Nodes.Where(n => Fits(n, slot)).OrderBy(n => _memory[n.Description.Id]).FirstOrDefault();

    /// <summary>All nodes, those to be taken first before others.</summary>
    public IEnumerable<NodeSnapshot> ByWorth() =>
        Nodes.OrderBy(IsSuspect).ThenBy(Used).ThenByDescending(n => _free[n.Description.Id]).ThenBy(n => n.Description.Id.Value, StringComparer.Ordinal);

    public bool Fits(NodeSnapshot node, int slot) => _free[node.Description.Id] > 0 && _memory[node.Description.Id] >= _ask.MemoryOf(slot);

    /// <summary>How many slots of the order it has.</summary>
    public int Used(NodeSnapshot node) => _used[node.Description.Id];

    /// <summary>Whether it has just lost one of the slots.</summary>
    public bool IsSuspect(NodeSnapshot node) => _ask.Suspects.Contains(node.Description.Id);

    public void Take(NodeSnapshot node, int slot) => Change(node, slot, 1);

    public void Give(NodeSnapshot node, int slot) => Change(node, slot, -1);

    private void Change(NodeSnapshot node, int slot, int taken)
    {
        var id = node.Description.Id;
        _free[id] -= taken;
        _used[id] += taken;
        if (_memory[id] != long.MaxValue) _memory[id] -= taken * _ask.MemoryOf(slot);
    }
}
