using SwarmCompute.Chain;
using SwarmCompute.Grains.ChainFeed;

namespace SwarmCompute.Grains.Tests.ChainFeed;

public sealed class OrderEventRecordsTests
{
    private static readonly OrderId Order = new(7);
    private static readonly Hash32 Hash = Hash32.Sha256("b"u8);
    private static readonly Address Someone = Address.Parse("0x00000000000000000000000000000000000000d1");

    public static TheoryData<OrderEvent> Events =>
    [
        new OrderEvent.OrderPlaced(Order, 1, Hash, 2, 1, Hash, Someone, new OrderRequest
        {
            ExternalId = Hash,
            ManifestHash = Hash,
            Token = Someone,
            Deposit = new Wei(5),
            UnitPrice = new Wei(1),
            Slots = 3,
            AuthorityKeyHash = Hash,
            EndsAt = DateTimeOffset.UnixEpoch,
            DisputeWindow = TimeSpan.FromSeconds(4),
            UnitsPerSecondMax = 6,
            Callback = Someone,
        }, new Wei(7), new OrderId(8), 9),
        new OrderEvent.AssetUsed(Order, 1, Hash, 3, 2, Hash, new OfferId(3), 2, Someone, new Wei(4)),
        new OrderEvent.DepositAdded(Order, 1, Hash, 4, 3, Hash, Someone, new Wei(4)),
        new OrderEvent.LeaseAssigned(Order, 2, Hash, 0, 2, Hash, 1, new LeaseEpoch(4), Someone, new OfferId(5), Hash, Hash, UInt128.MaxValue),
        new OrderEvent.LeasePaid(Order, 2, Hash, 1, 3, Hash, 1, new LeaseEpoch(4), Someone, new Wei(6)),
        new OrderEvent.UsageCheckpoint(Order, 2, Hash, 2, 4, Hash, new LeaseEpoch(4), 5, UInt128.MaxValue),
        new OrderEvent.OrderDisputed(Order, 2, Hash, 3, 5, Hash),
        new OrderEvent.SubOrderPlaced(Order, 2, Hash, 4, 6, Hash, new OrderId(9), new Wei(3)),
        new OrderEvent.SubOrderEnded(Order, 2, Hash, 5, 7, Hash, new OrderId(9), new Wei(2)),
        new OrderEvent.OrderRunning(Order, 3, Hash, 0, 3, Hash),
        new OrderEvent.OrderClosing(Order, 4, Hash, 0, 4, Hash, DateTimeOffset.UnixEpoch),
        new OrderEvent.ReportSubmitted(Order, 5, Hash, 0, 5, Hash, new LeaseEpoch(1), Hash, ulong.MaxValue, UInt128.MaxValue),
        new OrderEvent.OrderSettled(Order, 6, Hash, 0, 6, Hash, new Wei(3), new Wei(2)),
        new OrderEvent.OrderCancelled(Order, 7, Hash, 0, 7, Hash, new Wei(5)),
        new OrderEvent.OrderExpired(Order, 8, Hash, 0, 8, Hash, new Wei(1), new Wei(5)),
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
