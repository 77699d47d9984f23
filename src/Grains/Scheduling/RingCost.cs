namespace SwarmCompute.Grains.Scheduling;

/// <summary>
/// How long a token would take once round the ring, as far as the nodes' measures tell: each stage reads what it holds, at its node's speed, and each hop
/// takes half of a round trip. What a node does not say is taken as the middle of what others say; a place in the network that nobody knows, as far away.
/// </summary>
internal sealed class RingCost
{
    /// <summary>Between nodes of which one does not know where it is, in milliseconds.</summary>
    public const double UnknownRoundTrip = 50;

    private readonly Ask _ask;
    private readonly double _usualSpeed;
    private readonly NodeSnapshot?[] _ring;

    public RingCost(Ask ask, ImmutableArray<NodeSnapshot> nodes)
    {
        _ask = ask;
        _ring = new NodeSnapshot?[Math.Max(ask.Memory.Length, 1 + ask.Slots.Concat(ask.Ring.Keys).Max())];
        foreach (var (slot, id) in ask.Ring) _ring[slot] = nodes.FirstOrDefault(n => n.Description.Id == id);
        double[] speeds = [.. nodes.Select(n => n.Description.BytesPerSecond).Where(speed => speed > 0).Order()];
        _usualSpeed = speeds.Length == 0 ? 0 : speeds[speeds.Length / 2];
    }

    /// <summary>Milliseconds of a token with these seats beside those that are taken.</summary>
    public double Of(IReadOnlyList<Seat> seats)
    {
        foreach (var seat in seats) _ring[seat.Slot] = seat.Node;
        var cost = 0.0;
        for (var slot = 0; slot < _ring.Length; slot++) cost += Stage(slot) + Hop(_ring[slot], _ring[(slot + 1) % _ring.Length]);
        return cost;
    }

    private double Stage(int slot)
    {
        var speed = _ring[slot]?.Description.BytesPerSecond is > 0 and var known ? known : _usualSpeed;
        return speed == 0 ? 0 : 1000 * _ask.MemoryOf(slot) / speed;
    }

    private static double Hop(NodeSnapshot? from, NodeSnapshot? to)
    {
        if (from is null || to is null || from.Description.Id == to.Description.Id) return 0;
        return from.Position is { IsKnown: true } here && to.Position is { IsKnown: true } there ? here.RoundTripTo(there) / 2 : UnknownRoundTrip / 2;
    }
}
