using SwarmCompute.Chain;
using SwarmCompute.Grains.ChainFeed;

namespace SwarmCompute.Grains.Tests.ChainFeed;

public sealed class OrderEventRecordsTests
{
    private static readonly OrderId Order = new(7);
    private static readonly Hash32 Hash = Hash32.Sha256("b"u8);

    public static TheoryData<OrderEvent> Events =>
    [
        new OrderEvent.OrderPlaced(Order, 1, Hash, 2, 1, Hash, default, Hash, new Wei(5), new Wei(1), 3, Hash, DateTimeOffset.UnixEpoch),
        new OrderEvent.LeaseAssigned(Order, 2, Hash, 0, 2, Hash, 1, new LeaseEpoch(4), default, Hash),
        new OrderEvent.OrderRunning(Order, 3, Hash, 0, 3, Hash),
        new OrderEvent.OrderClosing(Order, 4, Hash, 0, 4, Hash),
        new OrderEvent.ReportSubmitted(Order, 5, Hash, 0, 5, Hash, new LeaseEpoch(1), Hash, ulong.MaxValue),
        new OrderEvent.OrderSettled(Order, 6, Hash, 0, 6, Hash, new Wei(3), new Wei(2)),
        new OrderEvent.OrderCancelled(Order, 7, Hash, 0, 7, Hash, new Wei(5)),
        new OrderEvent.OrderExpired(Order, 8, Hash, 0, 8, Hash, new Wei(5)),
    ];

    [Theory, MemberData(nameof(Events), DisableDiscoveryEnumeration = true)]
    public void An_event_comes_back_as_it_went(OrderEvent happened) => Assert.Equal(happened, happened.ToRecord().ToEvent());

    [Fact]
    public void Every_kind_of_event_has_a_record() =>
        Assert.Equal(typeof(OrderEvent).GetNestedTypes().Length, Events.Select(e => e.Data.ToRecord().Kind).Distinct().Count());

    [Fact]
    public void An_incomplete_record_is_refused()
    {
        var record = new OrderEvent.OrderRunning(Order, 3, Hash, 0, 3, Hash).ToRecord() with { Kind = OrderEventKind.Placed };
        Assert.Throws<ChainException>(() => record.ToEvent());
    }
}
