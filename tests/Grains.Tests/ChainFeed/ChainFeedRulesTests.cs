using SwarmCompute.Chain;
using SwarmCompute.Grains.ChainFeed;

namespace SwarmCompute.Grains.Tests.ChainFeed;

public sealed class ChainFeedRulesTests
{
    private static readonly ChainCursor From = new(10, null);

    [Fact]
    public void A_finalized_chain_that_goes_back_is_refused() =>
        Assert.Equal("The finalized chain went back from block 10 to 9.", ChainFeedRules.Refusal(From, [], new ChainCursor(9, null)));

    [Fact]
    public void An_event_from_outside_of_the_range_is_refused() =>
        Assert.NotNull(ChainFeedRules.Refusal(From, [new OrderEvent.OrderRunning(new OrderId(1), 12, default, 0, 3, default)], new ChainCursor(12, null)));

    [Fact]
    public void The_cursor_begins_where_the_contract_does_and_then_goes_on()
    {
        Assert.Equal(new ChainCursor(5, null), ChainFeedRules.Cursor(new ChainFeedState(), deployBlock: 5));
        var next = ChainFeedRules.Advance(new ChainFeedState(), [new OrderEvent.OrderRunning(new OrderId(1), 11, default, 0, 3, default)], new ChainCursor(12, default(Hash32)));
        Assert.Equal(new ChainCursor(12, default(Hash32)), ChainFeedRules.Cursor(next, deployBlock: 5));
        Assert.Equal([1ul], next.Unfinished);
    }
}
