using System.Collections.Immutable;
using SwarmCompute.Chain.Sync;

namespace SwarmCompute.Chain.Tests.Sync;

/// <summary>What the follower does when endpoints lag, disagree, keep back, or serve another chain.</summary>
public sealed class ChainSyncTests
{
    private readonly PlayedChain _chain = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_final_block_that_an_endpoint_takes_back_stays()
    {
        Mine(10, final: 5);
        var source = new ScriptedSource(_chain);
        var follower = new Follower(Sync(source));
        await follower.CatchUp(Cancel);
        source.Tagged = (_, tag) => tag == "finalized" ? _chain.Find(3)!.Header : null;
        await follower.CatchUp(Cancel);
        Assert.Equal(5UL, follower.State.Final!.Value.Number);
        Assert.Contains(follower.Alarms, a => a.Kind is SyncAlarmKind.LaggingEndpoint && a.Text.Contains("it stays", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_hash_of_what_was_final_stops_everything()
    {
        Mine(10, final: 5);
        var source = new ScriptedSource(_chain);
        var sync = Sync(source);
        var follower = new Follower(sync);
        await follower.CatchUp(Cancel);
        source.Tagged = (_, tag) => tag == "finalized" ? _chain.Find(5)!.Header with { Hash = Hash32.Sha256("other"u8) } : null;
        await Inconsistent(sync, follower.State, "was final, and is now");
    }

    [Fact]
    public async Task A_branch_that_leaves_the_chain_below_what_is_final_stops_everything()
    {
        Mine(10, final: 5);
        var follower = new Follower(Sync(new PlayedSource(_chain)));
        await follower.CatchUp(Cancel);
        var other = new PlayedChain(salt: 1);
        for (var i = 0; i < 5; i++) other.Mine([i]);
        var lying = new ScriptedSource(other) { Tagged = (_, tag) => tag == "finalized" ? _chain.Find(5)!.Header : null };
        await Inconsistent(Sync(lying, deployBlock: 0, known: false), follower.State with { DeployHash = null }, "nothing is done until a person has looked");
    }

    [Fact]
    public async Task Two_endpoints_that_name_different_final_blocks_make_nothing_final()
    {
        Mine(10, final: 5);
        var source = new ScriptedSource(_chain, endpoints: 2) { Tagged = (endpoint, tag) => endpoint == 1 && tag == "finalized" ? _chain.Find(5)!.Header with { Hash = Hash32.Sha256("other"u8) } : null };
        var step = await Sync(source).Step(new SyncState { ChainId = 31337 }, Cancel);
        Assert.Null(step.Next.Final);
        Assert.Contains(step.Alarms, a => a.Kind is SyncAlarmKind.Disagreement);
    }

    [Fact]
    public async Task Of_two_endpoints_the_one_that_lags_decides_what_is_final()
    {
        Mine(10, final: 5);
        var source = new ScriptedSource(_chain, endpoints: 2) { Tagged = (endpoint, tag) => endpoint == 0 && tag == "finalized" ? _chain.Find(4)!.Header : null };
        var follower = new Follower(Sync(source));
        await follower.CatchUp(Cancel);
        Assert.Equal(4UL, follower.State.Final!.Value.Number);
    }

    [Fact]
    public async Task Where_two_are_needed_one_endpoint_alone_makes_nothing_final()
    {
        Mine(10, final: 5);
        var source = new ScriptedSource(_chain, endpoints: 2) { Silent = 1 };
        var step = await Sync(source).Step(new SyncState { ChainId = 31337 }, Cancel);
        Assert.Null(step.Next.Final);
        Assert.Contains(step.Alarms, a => a.Kind is SyncAlarmKind.LaggingEndpoint);
    }

    [Fact]
    public async Task A_final_block_that_is_old_is_not_believed()
    {
        Mine(10, final: 5);                                                  // of 1970
        var sync = new ChainSync(new PlayedSource(_chain), Options() with { ChainId = 56 }, SyncOptions.Of(ChainProfile.Bsc), TimeProvider.System);
        var step = await sync.Step(sync.Start, Cancel);
        Assert.Null(step.Next.Final);
        Assert.Contains(step.Alarms, a => a.Kind is SyncAlarmKind.StaleFinality);
    }

    [Fact]
    public async Task Where_no_new_block_is_tagged_a_deep_one_counts_as_final()
    {
        Mine(30, final: 5);
        var follower = new Follower(new ChainSync(new PlayedSource(_chain), Options(), new SyncOptions { FallbackDepth = 10 }, TimeProvider.System));
        await follower.CatchUp(Cancel);
        Assert.Equal(20UL, follower.State.Final!.Value.Number);
        Assert.Equal(_chain.Events.Where(e => e.Block <= 20), follower.Final);
    }

    [Fact]
    public async Task Logs_that_the_blocks_filter_denies_are_refused()
    {
        Mine(10, final: 5);
        var source = new ScriptedSource(_chain) { Filter = _ => LogBloom.Of([[1, 2, 3]]) };
        var (sync, state) = await AtFinal(source);
        await Inconsistent(sync, state, "which its filter denies");
    }

    [Fact]
    public async Task Logs_that_are_kept_back_once_are_refused_and_what_is_empty_twice_is_believed()
    {
        Mine(10, final: 5);
        var source = new ScriptedSource(_chain);
        var (sync, state) = await AtFinal(source);
        source.KeepBack = 1;
        await Inconsistent(sync, state, "keeps back or makes up logs");
        source.KeepBack = 0;
        source.Filter = _ => new LogBloom([.. Enumerable.Repeat((byte)255, LogBloom.Size)]);
        _chain.Mine([]);                                                     // a full filter says yes to everything
        var follower = new Follower(sync);
        await follower.CatchUp(Cancel);
        Assert.Equal(_chain.Head.Number, follower.State.Head!.Value.Number);
    }

    [Fact]
    public async Task What_two_reads_do_not_agree_on_does_not_become_final_and_is_read_again()
    {
        Mine(4, final: 1);
        var source = new ScriptedSource(_chain);
        var follower = new Follower(Sync(source));
        await follower.CatchUp(Cancel);
        source.Ranges = logs => logs.IsEmpty ? logs : logs[..^1];
        _chain.Finalize(behind: 1);
        await follower.TryStep(Cancel);
        Assert.Equal(1UL, follower.State.Final!.Value.Number);
        Assert.Contains(follower.Alarms, a => a.Kind is SyncAlarmKind.Unconfirmed);
        source.Ranges = logs => logs;
        await follower.CatchUp(Cancel);
        Assert.Equal(_chain.FinalEvents, follower.Final);
        Assert.Equal(_chain.Events.Where(e => e.Block > _chain.Final), follower.Hot);
    }

    [Fact]
    public async Task A_gap_is_read_again_and_passed_on_with_an_alarm_when_it_stays()
    {
        Mine(4, final: 0);
        var source = new ScriptedSource(_chain) { Drop = e => e.Sequence == 2 };
        var (sync, state) = await AtFinal(source);
        await Inconsistent(sync, state, "has sequence 3 where 2 is due; it is read again");
        await Inconsistent(sync, state, "it is read again");
        var step = await sync.Step(state, Cancel);
        Assert.Contains(step.Alarms, a => a.Kind is SyncAlarmKind.Gap);
        Assert.Equal([1u, 3u, 4u], step.Applied.Select(e => e.Sequence));
    }

    [Fact]
    public async Task A_state_of_another_chain_of_the_same_id_is_refused()
    {
        Mine(10, final: 5);
        var follower = new Follower(Sync(new PlayedSource(_chain)));
        await follower.CatchUp(Cancel);
        var other = new PlayedChain(salt: 1);
        for (var i = 0; i < 12; i++) other.Mine([1]);
        other.Finalize(behind: 0);
        await Inconsistent(Sync(new PlayedSource(other)), follower.State, "another chain of the same id");
    }

    [Fact]
    public async Task Blocks_too_many_above_the_final_one_are_not_followed_and_shown()
    {
        Mine(40, final: 2);
        var sync = new ChainSync(new PlayedSource(_chain), Options(), new SyncOptions { HotDepthMax = 16 }, TimeProvider.System);
        var follower = new Follower(sync);
        await follower.CatchUp(Cancel);
        Assert.Equal(2UL, follower.State.Head!.Value.Number);
        Assert.Contains(follower.Alarms, a => a.Kind is SyncAlarmKind.FinalityLag);
    }

    [Fact]
    public void A_mutant_is_refused_where_something_is_of_worth()
    {
        var mutant = new SyncOptions { Mutant = SyncMutant.NumberOnly };
        var refused = Assert.Throws<ChainException>(() => new ChainSync(new PlayedSource(_chain), Options() with { ChainId = 97 }, mutant, TimeProvider.System));
        Assert.Contains("development chains only", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mutant_says_so_at_every_step()
    {
        var sync = new ChainSync(new PlayedSource(_chain), Options(), new SyncOptions { Mutant = SyncMutant.NumberOnly }, TimeProvider.System);
        Assert.Contains((await sync.Step(sync.Start, Cancel)).Alarms, a => a.Kind is SyncAlarmKind.Mutant);
    }

    private static ChainOptions Options() => new()
    {
        Rpc = new Uri("http://127.0.0.1:1"),
        ChainId = 31337,
        OrderBook = PlayedChain.Book,
        EscrowVault = default,
        Token = default,
        DeployBlock = 1,
    };

    private static ChainSync Sync(IChainSource source, ulong deployBlock = 1, bool known = true) =>
        new(source, Options() with { DeployBlock = known ? deployBlock : ulong.MaxValue }, new SyncOptions(), TimeProvider.System);

    private void Mine(int blocks, ulong final)
    {
        for (var i = 0; i < blocks; i++) _chain.Mine([0]);
        _chain.Finalize(behind: (int)(_chain.Head.Number - final));
    }

    /// <summary>A follower that has read what is final, and nothing above.</summary>
    private async Task<(ChainSync Sync, SyncState State)> AtFinal(IChainSource source)
    {
        var honest = new Follower(Sync(new PlayedSource(_chain)));
        await honest.CatchUp(Cancel);
        return (Sync(source), SyncRules.UndoTo(honest.State, _chain.Final).Next);
    }

    private static async Task Inconsistent(ChainSync sync, SyncState state, string text)
    {
        var failure = await Assert.ThrowsAsync<ChainException>(() => sync.Step(state, Cancel));
        Assert.Equal(ChainErrorKind.Inconsistent, failure.Kind);
        Assert.Contains(text, failure.Message, StringComparison.Ordinal);
    }
}
