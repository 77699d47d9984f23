using SwarmCompute.Chain;
using SwarmCompute.Chain.Sync;
using SwarmCompute.Grains.ChainFeed;

namespace SwarmCompute.Grains.Tests.ChainFeed;

public sealed class ChainFeedRulesTests
{
    private static readonly Hash32 Hash = Hash32.Sha256("b"u8);
    private static readonly OrderEvent Running = new OrderEvent.OrderRunning(new OrderId(1), 11, Hash, 0, 3, Hash);
    private static readonly SyncState After = new()
    {
        ChainId = 97,
        DeployHash = Hash,
        Final = new BlockId(10, Hash),
        Hot = [new HotBlock(11, Hash, Hash, [Running])],
        Sequences = System.Collections.Immutable.ImmutableSortedDictionary<ulong, uint>.Empty.Add(1, 2),
    };

    [Fact]
    public void What_is_remembered_gives_the_followers_state_back()
    {
        var state = ChainFeedRules.Advance(new ChainFeedState(), new SyncStep([], [Running], [], After, []), []);
        var back = ChainFeedRules.Sync(state, chainId: 1);
        Assert.Equal(After.HotEvents, back.HotEvents);
        Assert.Equal(After.Sequences.AsEnumerable(), back.Sequences);
        Assert.Equal((After.ChainId, After.DeployHash, After.Final, After.Head), (back.ChainId, back.DeployHash, back.Final, back.Head));
        Assert.Null(ChainFeedRules.Sync(new ChainFeedState(), chainId: 1).Final);
    }

    [Fact]
    public void An_order_is_remembered_before_it_is_told_of_what_may_be_undone()
    {
        var step = new SyncStep([], [Running], [], After, []);
        var announced = ChainFeedRules.Announce(new ChainFeedState(), step);
        Assert.Equal([1ul], announced.Foreseeing);
        Assert.Null(announced.NextBlock);
        Assert.Same(announced, ChainFeedRules.Announce(announced, step));
    }

    [Fact]
    public void An_order_is_unfinished_once_an_event_is_final_and_foresees_nothing_when_none_is_left()
    {
        var final = new SyncStep([], [], [Running], After with { Final = new BlockId(11, Hash), Hot = [] }, []);
        var state = ChainFeedRules.Advance(new ChainFeedState { Foreseeing = [1] }, final, []);
        Assert.Equal([1ul], state.Unfinished);
        Assert.Empty(state.Foreseeing);
        Assert.Equal(12UL, state.NextBlock);
    }
}
