using CsCheck;
using SwarmCompute.Chain.Sync;

namespace SwarmCompute.Chain.Tests.Sync;

/// <summary>Whatever the chain does and an endpoint says: what was applied and not undone is what the chain holds, and what is final stays.</summary>
public sealed class ChainSyncLaws
{
    private static readonly ChainOptions Options = new()
    {
        Rpc = new Uri("http://127.0.0.1:1"),
        ChainId = 31337,
        OrderBook = PlayedChain.Book,
        EscrowVault = default,
        Token = default,
        DeployBlock = 1,
        LogRangeMax = 7,
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What happens to the chain between two looks.</summary>
    private static readonly Gen<(int Act, int Depth, int[][] Blocks)[]> Lives =
        Gen.Select(Gen.Int[0, 9], Gen.Int[1, 6], Gen.Int[0, 5].Array[0, 3].Array[0, 5]).Array[1, 40];

    [Fact]
    public Task Applied_and_not_undone_is_what_the_canonical_chain_holds() => Lives.SampleAsync(async life =>
    {
        var chain = new PlayedChain();
        var follower = new Follower(new ChainSync(new PlayedSource(chain), Options, new SyncOptions(), TimeProvider.System));
        foreach (var (act, depth, blocks) in life)
        {
            Happen(chain, act, depth, blocks);
            await follower.CatchUp(Cancel);
            Holds(chain, follower);
        }
    }, iter: 300);

    [Fact]
    public Task Looks_that_are_missed_change_nothing() => Lives.SampleAsync(async life =>
    {
        var chain = new PlayedChain();
        var follower = new Follower(new ChainSync(new PlayedSource(chain, endpoints: 2), Options, new SyncOptions(), TimeProvider.System));
        foreach (var (act, depth, blocks) in life)
        {
            Happen(chain, act, depth, blocks);
            if (act % 3 == 0) await follower.TryStep(Cancel);
            if (act == 5) for (var i = 0; i < 40; i++) Happen(chain, 9, depth, blocks);     // so far that ranges are read
        }
        await follower.CatchUp(Cancel);
        Holds(chain, follower);
    }, iter: 300);

    [Fact]
    public Task One_lying_endpoint_of_two_never_makes_anything_final_that_is_not_nor_a_block_hold_other_events_than_its_own() => Gen.Select(Lives, Gen.Int).SampleAsync(async (life, seed) =>
    {
        var chain = new PlayedChain();
        var source = new PlayedSource(chain, endpoints: 2) { Lies = new Lie(seed) };
        var follower = new Follower(new ChainSync(source, Options, new SyncOptions(), TimeProvider.System));
        foreach (var (act, depth, blocks) in life)
        {
            Happen(chain, act, depth, blocks);
            for (var look = 0; look < 4; look++) await follower.TryStep(Cancel);
            Assert.Equal(chain.FinalEvents.Take(follower.Final.Count), follower.Final);
            foreach (var hot in follower.State.Hot)
                if (chain.Find(hot.Hash) is { } block) Assert.Equal(block.Events.AsEnumerable(), hot.Events);
        }
        source.Lies = null;
        for (var look = 0; look < 4; look++) await follower.TryStep(Cancel);
        await follower.CatchUp(Cancel);
        Holds(chain, follower);
    }, iter: 600);

    [Fact]
    public async Task A_follower_that_takes_a_number_for_a_block_does_not_hold_this()
    {
        var diverged = false;
        await Lives.Where(life => life.Length > 20).SampleAsync(async life =>
        {
            var chain = new PlayedChain();
            var follower = new Follower(new ChainSync(new PlayedSource(chain), Options, new SyncOptions { Mutant = SyncMutant.NumberOnly }, TimeProvider.System));
            foreach (var (act, depth, blocks) in life)
            {
                Happen(chain, act, depth, blocks);
                await follower.TryStep(Cancel);
            }
            diverged |= !chain.FinalEvents.Take(follower.Final.Count).SequenceEqual(follower.Final) || !chain.Events.Where(e => e.Block > follower.State.Final!.Value.Number).SequenceEqual(follower.Hot);
        }, iter: 50, threads: 1);
        Assert.True(diverged);
    }

    private static void Happen(PlayedChain chain, int act, int depth, int[][] blocks)
    {
        if (act is 0 or 1 or 2) chain.Rewind(depth);
        if (act is not 1) foreach (var orders in blocks) chain.Mine(orders.Distinct());
        if (act is 7 or 8 or 9) chain.Finalize(behind: depth);
    }

    private static void Holds(PlayedChain chain, Follower follower)
    {
        Assert.Equal(new BlockId(chain.Head.Number, chain.Head.Hash), follower.State.Head);
        Assert.Equal(chain.Final, follower.State.Final!.Value.Number);
        Assert.Equal(chain.FinalEvents, follower.Final);
        Assert.Equal(chain.Events.Where(e => e.Block > chain.Final), follower.Hot);
    }
}
