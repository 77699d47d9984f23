namespace SwarmCompute.Chain.Sync;

/// <summary>
/// The newest final block that may be believed: named by two endpoints where there are several, not older than what was final before, and fresh.
/// </summary>
internal sealed class FinalityQuorum(IChainSource source, string tag, SyncOptions options, TimeProvider time)
{
    /// <summary>Asks all endpoints.</summary>
    /// <param name="ours">What was final before.</param>
    /// <param name="alarms">Where doubts are noted.</param>
    /// <param name="cancel">Stops the wait.</param>
    /// <returns>The block; null where none is newer than ours, or none can be believed now.</returns>
    /// <exception cref="ChainException">Too few endpoints answer; or, as <see cref="ChainErrorKind.Inconsistent"/>, they contradict what was final.</exception>
    public async Task<BlockHeader?> Agree(BlockId? ours, List<SyncAlarm> alarms, CancellationToken cancel)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, source.Endpoints).Select(endpoint => Ask(endpoint, ours, cancel))).ConfigureAwait(false);
        var named = answers.Where(answer => answer.Block is not null).Select(answer => (answer.Endpoint, Block: answer.Block!)).OrderByDescending(answer => answer.Block.Number).ToList();
        alarms.AddRange(answers.Where(answer => answer.Why is not null && source.Endpoints > 1).Select(answer => new SyncAlarm(SyncAlarmKind.LaggingEndpoint, answer.Why!)));
        if (named.Count == 0) throw answers[0].Fault ?? new ChainException(ChainErrorKind.Rejected, $"No endpoint has a block {tag}.");
        if (await Agreed(named, alarms, cancel).ConfigureAwait(false) is not { } agreed) return null;
        return ours is { } before ? Newer(before, agreed, alarms) : Fresh(agreed, alarms);
    }

    private BlockHeader? Newer(BlockId ours, BlockHeader agreed, List<SyncAlarm> alarms)
    {
        if (agreed.Number < ours.Number)
        {
            alarms.Add(new SyncAlarm(SyncAlarmKind.LaggingEndpoint, $"The final block is {agreed.Number} there, and was {ours.Number} before; it stays."));
            return null;
        }
        if (agreed.Number > ours.Number) return Fresh(agreed, alarms);
        if (agreed.Hash != ours.Hash && options.Mutant is SyncMutant.None)
            throw new ChainException(ChainErrorKind.Inconsistent, $"Block {ours} was final, and is now 0x{agreed.Hash}; nothing is done until a person has looked.");
        return null;
    }

    private BlockHeader? Fresh(BlockHeader agreed, List<SyncAlarm> alarms)
    {
        if (options.FinalizedAgeMax is not { } max || time.GetUtcNow() - agreed.Time <= max) return agreed;
        alarms.Add(new SyncAlarm(SyncAlarmKind.StaleFinality, $"The final block {agreed.Number} is of {agreed.Time:u}, too old to be believed."));
        return null;
    }

    /// <summary>The highest block that two endpoints vouch for: one names it, and it lies on the chain of another that names it or a higher one.</summary>
    private async Task<BlockHeader?> Agreed(List<(int Endpoint, BlockHeader Block)> named, List<SyncAlarm> alarms, CancellationToken cancel)
    {
        if (source.Endpoints == 1) return named[0].Block;
        for (var lower = 1; lower < named.Count; lower++)
        {
            var block = named[lower].Block;
            for (var higher = 0; higher < lower; higher++)
            {
                if (await HashThere(named[higher], block.Number, alarms, cancel).ConfigureAwait(false) is not { } there) continue;
                if (there == block.Hash) return block;
                alarms.Add(new SyncAlarm(SyncAlarmKind.Disagreement, $"Endpoints name different final blocks {block.Number}: 0x{block.Hash} and 0x{there}."));
            }
        }
        alarms.Add(new SyncAlarm(SyncAlarmKind.Disagreement, $"Of {source.Endpoints} endpoints no two vouch for one final block; nothing new counts as final."));
        return null;
    }

    /// <summary>Where the tag stands still: a block so deep that nothing changes it any more.</summary>
    private async Task<BlockHeader?> Deep(int endpoint, BlockHeader tagged, CancellationToken cancel)
    {
        var latest = await source.Header(endpoint, "latest", cancel).ConfigureAwait(false);
        return latest is null || latest.Number <= tagged.Number + options.FallbackDepth
            ? tagged
            : await source.Header(endpoint, latest.Number - options.FallbackDepth, cancel).ConfigureAwait(false);
    }

    private async Task<Hash32?> HashThere((int Endpoint, BlockHeader Block) named, ulong number, List<SyncAlarm> alarms, CancellationToken cancel)
    {
        if (named.Block.Number == number) return named.Block.Hash;
        try
        {
            return (await source.Header(named.Endpoint, number, cancel).ConfigureAwait(false))?.Hash;
        }
        catch (ChainException fault)
        {
            alarms.Add(new SyncAlarm(SyncAlarmKind.LaggingEndpoint, $"Endpoint {named.Endpoint + 1} does not show block {number}: {fault.Message}"));
            return null;
        }
    }

    private async Task<(int Endpoint, BlockHeader? Block, string? Why, ChainException? Fault)> Ask(int endpoint, BlockId? ours, CancellationToken cancel)
    {
        try
        {
            var block = await source.Header(endpoint, tag, cancel).ConfigureAwait(false);
            if (options.FallbackDepth > 0 && block is not null && ours is { } before && block.Number <= before.Number)
                block = await Deep(endpoint, block, cancel).ConfigureAwait(false);
            return (endpoint, block, block is null ? $"Endpoint {endpoint + 1} has no block {tag}." : null, null);
        }
        catch (ChainException fault)
        {
            return (endpoint, null, $"Endpoint {endpoint + 1} names no final block: {fault.Message}", fault);
        }
    }
}
