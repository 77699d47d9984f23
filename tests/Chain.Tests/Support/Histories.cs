using System.Collections.Immutable;
using CsCheck;

namespace SwarmCompute.Chain.Tests.Support;

/// <summary>Histories of one order that the contract could have emitted.</summary>
public static class Histories
{
    public static readonly OrderId Order = new(7);

    public static Gen<OrderEvent[]> Any { get; } =
        Gen.Select(Gen.Int[1, 4], Gen.Int[0, 3], Gen.Int[0, 14], Gen.Int[0, 5], Gen.Int[0, 1_000_000]).Select(Write);

    /// <summary>An order of some slots and assets, something happening to it, and one of the ends: none, cancelled, expired, reported, settled, disputed and settled.</summary>
    private static OrderEvent[] Write(int slots, int assets, int steps, int end, int seed)
    {
        var history = new HistoryWriter(slots, assets, new Random(seed));
        if (end == 1 && steps % 2 == 0) return history.Cancel();
        for (var slot = 0; slot < slots; slot++) history.Lease(slot);
        for (var step = 0; step < steps; step++) history.Step();
        return end switch
        {
            0 => history.Events,
            1 or 2 => history.Expire(),
            3 => history.Report(),
            4 => history.Settle(),
            _ => history.Dispute(),
        };
    }
}
