using SwarmCompute.Chain.JsonRpc;
using SwarmCompute.Chain.Sync;
using SwarmCompute.Chain.Tests.Support;

namespace SwarmCompute.Chain.Tests.Sync;

/// <summary>The follower on a real chain with the real contracts.</summary>
public sealed class AnvilSyncTests(DevelopmentChain chain) : IClassFixture<DevelopmentChain>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_is_applied_at_once_and_final_only_when_its_block_is()
    {
        using var script = new OrderScript(chain);
        var follower = new Follower(new ChainSync(chain.Client, new SyncOptions()));
        await script.Place(deposit: 10, unitPrice: 1, slots: 1, Cancel);
        var placedIn = await chain.Client.LatestBlock(Cancel);
        await follower.CatchUp(Cancel);
        Assert.Contains(follower.Hot, e => e.Order == script.Order && e.Block == placedIn);
        Assert.DoesNotContain(follower.Final, e => e.Order == script.Order);
        while (await chain.Client.FinalizedBlock(Cancel) < placedIn) await chain.Anvil.Mine(1, Cancel);
        await follower.CatchUp(Cancel);
        Assert.DoesNotContain(follower.Hot, e => e.Order == script.Order);
        Assert.Single(follower.Final, e => e.Order == script.Order);
    }

    [Fact]
    public async Task Any_range_delivers_every_event_once_and_in_order()
    {
        using var script = new OrderScript(chain);
        await script.Place(deposit: 10, unitPrice: 1, slots: 3, Cancel);
        for (var slot = 0; slot < 3; slot++) await script.Assign(slot, epoch: 1, Cancel);
        await chain.Anvil.Mine(5, Cancel);

        var expected = await Feed.ReadAll(chain.Client, Cancel);
        await using var small = await ChainClient.Connect(chain.Options with { LogRangeMax = 1 }, Cancel);
        Assert.Equal(expected, await Feed.ReadAll(small, Cancel));
        var (own, _) = await new ChainSync(chain.Client, new SyncOptions()).ReadOrder(script.Order, Cancel);
        Assert.Equal(expected.Where(e => e.Order == script.Order), own);
        Assert.Equal(OrderStatus.Running, OrderView.Fold(own)!.Status);
    }

    [Fact]
    public async Task What_a_reorg_takes_away_is_undone()
    {
        using var script = new OrderScript(chain);
        var follower = new Follower(new ChainSync(chain.Client, new SyncOptions()));
        await chain.Anvil.Mine(1, Cancel);
        await follower.CatchUp(Cancel);
        await script.Place(deposit: 10, unitPrice: 1, slots: 1, Cancel);
        await follower.CatchUp(Cancel);
        await chain.Client.Request("anvil_rollback", [1], Cancel);
        await chain.Anvil.Mine(2, Cancel);
        await follower.CatchUp(Cancel);
        Assert.Equal(1, follower.Undone);
        Assert.DoesNotContain(follower.Hot, e => e.Order == script.Order);
    }

    [Fact]
    public async Task The_filter_of_a_real_block_is_that_of_its_logs()
    {
        using var script = new OrderScript(chain);
        await script.Place(deposit: 10, unitPrice: 1, slots: 1, Cancel);
        var head = (await new RpcChainSource(chain.Client).Header(0, "latest", Cancel))!;
        var logs = await chain.Client.Request("eth_getLogs", [new System.Text.Json.Nodes.JsonObject { ["blockHash"] = $"0x{head.Hash}" }], Cancel);
        var entries = logs.EnumerateArray().SelectMany(l => l.Member("topics").EnumerateArray().Append(l.Member("address")).Select(e => e.Bytes())).ToList();
        var raw = (await chain.Client.Request("eth_getBlockByNumber", ["latest", false], Cancel)).Member("logsBloom").Bytes();
        Assert.True(entries.Count > 5);
        Assert.Equal(raw, LogBloom.Of(entries).ToArray());
        Assert.True(head.Bloom.MayHold(chain.Options.OrderBook));
        Assert.False(head.Bloom.MayHold(Hash32.Sha256("nothing of the kind"u8)));
    }
}
