using System.Collections.Immutable;
using System.Text.Json.Nodes;
using SwarmCompute.Chain.JsonRpc;
using SwarmCompute.Chain.Tests.Support;

namespace SwarmCompute.Chain.Tests;

/// <summary>The events of the contracts tell all: folding them gives exactly what the contracts answer, whatever was done to them.</summary>
public sealed class OrderFoldOnChainTests(DevelopmentChain chain) : IClassFixture<DevelopmentChain>
{
    private const int Steps = 250;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(20261125)]
    [InlineData(7)]
    public async Task The_fold_of_all_events_is_what_the_contract_answers(int seed)
    {
        using var walk = new ChainWalk(chain, seed);
        await walk.Prepare(Cancel);
        for (var step = 0; step < Steps; step++) await walk.Step(Cancel);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"seed {seed}: {walk.Refused} of {Steps} refused; {string.Join(", ", walk.Done.OrderBy(d => d.Key).Select(d => $"{d.Key} {d.Value}"))}");

        var block = await chain.Client.LatestBlock(Cancel);
        var orders = (await ReadAll(block)).GroupBy(e => e.Order).ToArray();
        var folded = orders.Select(events => OrderView.Fold(events)!).ToArray();
        foreach (var (events, view) in orders.Zip(folded)) await Check(events.Key, view, block);

        Assert.Equal(Enumerable.Range(1, orders.Length).Select(i => new OrderId((ulong)i)), orders.Select(o => o.Key).OrderBy(o => o.Value));
        Assert.Empty(Enum.GetValues<OrderStatus>().Except([OrderStatus.None, OrderStatus.Closing, OrderStatus.Disputed]).Except(folded.Select(view => view.Status)));
        Assert.Contains(folded, view => view.Segments.Any(s => s.Amount > Wei.Zero));
        Assert.Contains(folded, view => view.SubOrders.Any(s => s.Returned is not null));
    }

    private async Task Check(OrderId order, OrderView folded, ulong block)
    {
        var read = await chain.BookOf(DevelopmentChain.Sender).Read(order, block, Cancel);
        OrderViews.SameAsRead(read!, folded);
        Assert.Equal(folded.Deposit, await new Escrow(chain.Client, null).LockedFor(order, Cancel) + folded.Paid + folded.Refunded + folded.Drawn);
    }

    private async Task<ImmutableArray<OrderEvent>> ReadAll(ulong last)
    {
        var filter = new JsonObject { ["address"] = chain.Options.OrderBook.ToString(), ["fromBlock"] = "0x0", ["toBlock"] = Hex.Quantity(last) };
        using var logs = await chain.Client.RequestRaw("eth_getLogs", [filter], Cancel);
        return OrderEventReader.ReadAll(logs.Result.Span, chain.Options.OrderBook);
    }
}
