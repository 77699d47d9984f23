namespace SwarmCompute.Grains.Interfaces;

/// <summary>Follows the finalized chain and pokes the orders that are not over. One, keyed 0.</summary>
[Alias("swarm.IChainFeedGrain")]
public interface IChainFeedGrain : IGrainWithIntegerKey
{
    /// <summary>Goes on following, in the background; every silo calls it once a second. Never waits for the chain.</summary>
    [Alias("Follow"), ResponseTimeout("00:00:03")]
    Task<FeedStatus> Follow(CancellationToken cancel);

    /// <summary>How far it is; changes nothing. Whoever only wants to know must not make it look: a look just before a block delays the look at the block.</summary>
    [Alias("Read"), ResponseTimeout("00:00:03")]
    Task<FeedStatus> Read(CancellationToken cancel);

    /// <summary>Orders that are not over, by id.</summary>
    [Alias("ListUnfinished"), ResponseTimeout("00:00:03")]
    Task<ImmutableArray<OrderId>> ListUnfinished(CancellationToken cancel);
}
