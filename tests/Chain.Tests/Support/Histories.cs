using CsCheck;

namespace SwarmCompute.Chain.Tests.Support;

/// <summary>Histories of one order that the contract could have emitted.</summary>
public static class Histories
{
    private static readonly Hash32 Key = Hash32.Sha256("key"u8);
    private static readonly Address Someone = Address.Parse("0x00000000000000000000000000000000000000aa");

    public static Gen<OrderEvent[]> Any { get; } = Gen.Select(Gen.Int[1, 4], Gen.Int[0, 12], Gen.Int[0, 3], Gen.Int[0, 1_000_000]).Select(Write);

    /// <summary>An order of some slots, some re-leases, and one of the ends: none yet, cancelled or expired, settled, closed and settled.</summary>
    private static OrderEvent[] Write(int slots, int releases, int end, int seed)
    {
        var random = new Random(seed);
        var (block, log) = (10UL, 0U);
        var events = new List<OrderEvent>();

        void Add(Func<ulong, Hash32, uint, uint, Hash32, OrderEvent> make)
        {
            if (random.Next(2) == 0) (block, log) = (block + (ulong)random.Next(1, 4), 0);
            log += (uint)random.Next(1, 3);
            events.Add(make(block, Hash32.Sha256(BitConverter.GetBytes(block)), log, (uint)events.Count + 1, Hash32.Sha256(BitConverter.GetBytes(events.Count / 2))));
        }

        var order = new OrderId(7);
        var epochs = new uint[slots];
        Add((b, h, l, n, t) => new OrderEvent.OrderPlaced(order, b, h, l, n, t, Someone, Key, new Wei(100), new Wei(1), slots, Key, DateTimeOffset.UnixEpoch));
        if (end == 1 && releases % 2 == 0)
        {
            Add((b, h, l, n, t) => new OrderEvent.OrderCancelled(order, b, h, l, n, t, new Wei(100)));
            return [.. events];
        }
        var assignments = Enumerable.Range(0, slots).Concat(Enumerable.Range(0, releases).Select(_ => random.Next(slots))).ToArray();
        foreach (var slot in assignments)
        {
            var first = epochs[slot] == 0;
            epochs[slot] += (uint)random.Next(1, 5);
            Add((b, h, l, n, t) => new OrderEvent.LeaseAssigned(order, b, h, l, n, t, slot, new LeaseEpoch(epochs[slot]), Someone, Key));
            if (first && epochs.All(e => e > 0)) Add((b, h, l, n, t) => new OrderEvent.OrderRunning(order, b, h, l, n, t));
        }
        if (end == 1) Add((b, h, l, n, t) => new OrderEvent.OrderExpired(order, b, h, l, n, t, new Wei(100)));
        if (end == 3) Add((b, h, l, n, t) => new OrderEvent.OrderClosing(order, b, h, l, n, t));
        if (end >= 2)
        {
            var paid = random.Next(101);
            Add((b, h, l, n, t) => new OrderEvent.ReportSubmitted(order, b, h, l, n, t, new LeaseEpoch(epochs[0]), Key, (ulong)paid));
            Add((b, h, l, n, t) => new OrderEvent.OrderSettled(order, b, h, l, n, t, new Wei((UInt128)paid), new Wei((UInt128)(100 - paid))));
        }
        return [.. events];
    }
}
