using CsCheck;
using SwarmCompute.Chain;
using SwarmCompute.Grains.ChainFeed;
using SwarmCompute.Grains.Orders;

namespace SwarmCompute.Grains.Tests.Orders;

public sealed class OrderHistoryTests
{
    private static readonly ImmutableArray<OrderEventRecord> All = [Placed(), .. Enumerable.Range(2, 20).Select(Deposit)];

    [Fact]
    public void Events_told_in_lots_that_overlap_or_come_again_give_what_all_at_once_give() =>
        Gen.Select(Gen.Int[0, All.Length], Gen.Int[0, All.Length]).List[0, 6].Sample(lots =>
        {
            var (known, view) = (ImmutableArray<OrderEventRecord>.Empty, (OrderView?)null);
            foreach (var (first, length) in lots.Append((0, All.Length)))
            {
                var from = Math.Min(first, known.Length);                    // overlaps with what is known, and leaves no gap
                var all = OrderHistory.Add(known, All[from..Math.Min(All.Length, from + length)]);
                (known, view) = (all, OrderHistory.Fold(view, known, all));
            }
            Assert.Equal(All, known);
            Assert.Equal(new Wei(120), view!.Deposit);
            Assert.Equal((uint)All.Length, view.Events);
        });

    [Fact]
    public void An_event_that_comes_before_known_ones_takes_its_place() =>
        Assert.Equal(All, OrderHistory.Add([All[0], .. All[2..]], [All[1]]));

    [Fact]
    public void A_gap_is_refused_where_events_are_folded_on()
    {
        var known = All[..3];
        var view = OrderHistory.Fold(null, [], known);
        Assert.Throws<ChainException>(() => OrderHistory.Fold(view, known, OrderHistory.Add(known, All[4..])));
    }

    private static OrderEventRecord Placed() => new OrderEvent.OrderPlaced(new OrderId(1), 1, default, 0, 1, default, default, new OrderRequest
    {
        ManifestHash = default,
        Token = default,
        Deposit = new Wei(100),
        UnitPrice = new Wei(1),
        Slots = 1,
        AuthorityKeyHash = default,
        EndsAt = DateTimeOffset.MaxValue,
    }, new Wei(1), null, 1).ToRecord();

    private static OrderEventRecord Deposit(int sequence) =>
        new OrderEvent.DepositAdded(new OrderId(1), (ulong)sequence / 2 + 1, default, (uint)sequence, (uint)sequence, default, default, new Wei(1)).ToRecord();
}
