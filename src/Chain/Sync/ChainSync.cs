using System.Collections.Immutable;

namespace SwarmCompute.Chain.Sync;

/// <summary>
/// Follows the order book's events so that no reorg, late or lying endpoint can fool it. Up to the final block it reads ranges; above it, block
/// by block by hash, linked by parents, so that what a reorg takes away is undone exactly once. It remembers nothing that counts: the caller
/// stores the state, and a step from the same state may be taken again.
/// </summary>
public sealed class ChainSync
{
    /// <summary>With the final block further ahead of the newest followed one, ranges are read instead of single blocks.</summary>
    private const ulong WalkAheadMax = 32;

    private readonly IChainSource _source;
    private readonly SyncOptions _options;
    private readonly ulong _chainId;
    private readonly ulong _deployBlock;
    private readonly FinalityQuorum _finality;
    private readonly HotZone _hot;
    private readonly FinalZone _final;
    private readonly StallWatch _watch;
    private readonly GapPatience _gaps = new();
    private int _endpoint;
    private bool _isChainChecked;

    /// <summary>A follower of a client's order book.</summary>
    /// <exception cref="ChainException">A mutant is asked for on a chain where something is of worth.</exception>
    public ChainSync(ChainClient client, SyncOptions options) : this(new RpcChainSource(client), client.Options, options, client.Time)
    {
    }

    internal ChainSync(IChainSource source, ChainOptions chain, SyncOptions options, TimeProvider time)
    {
        if (options.Mutant is not SyncMutant.None && !SyncOptions.IsDevelopment(chain.ChainId))
            throw new ChainException(ChainErrorKind.Rejected, $"The follower is broken on purpose ({options.Mutant}) on development chains only, not on chain {chain.ChainId}.");
        (_source, _options, _chainId, _deployBlock) = (source, options, chain.ChainId, chain.DeployBlock);
        _finality = new FinalityQuorum(source, chain.Finality, options, time);
        _hot = new HotZone(source, options);
        _final = new FinalZone(source, chain, options);
        _watch = new StallWatch(options, time);
    }

    /// <summary>What a follower knows that has read nothing.</summary>
    public SyncState Start => new() { ChainId = _chainId };

    /// <summary>Looks at the chain and takes in what is new, over a bounded number of blocks.</summary>
    /// <param name="state">What is remembered.</param>
    /// <param name="cancel">Stops the step; nothing is lost.</param>
    /// <exception cref="ChainException">No answer; or, as <see cref="ChainErrorKind.Inconsistent"/>, the chain or an endpoint contradicts what was
    /// read: act on nothing. The next step asks another endpoint where there is one.</exception>
    public async Task<SyncStep> Step(SyncState state, CancellationToken cancel)
    {
        try
        {
            return await Take(state, cancel).ConfigureAwait(false);
        }
        catch (ChainException)
        {
            (_endpoint, _isChainChecked) = ((_endpoint + 1) % _source.Endpoints, false);
            throw;
        }
    }

    /// <summary>Reads one order's final events from a block on, up to what is final in a state.</summary>
    /// <exception cref="ChainException">No answer, or an answer that contradicts the question.</exception>
    public async Task<ImmutableArray<OrderEvent>> ReadOrder(OrderId order, ulong from, SyncState state, CancellationToken cancel) =>
        state.Final is { } final && from <= final.Number
            ? await _final.ReadOrder(_endpoint, order, Math.Max(from, _deployBlock), final.Number, cancel).ConfigureAwait(false)
            : [];

    /// <summary>Reads one order's final events, all of them, and the block up to which they are all.</summary>
    /// <exception cref="ChainException">No answer, no final block that may be believed, or an answer that contradicts the question.</exception>
    public async Task<(ImmutableArray<OrderEvent> Events, BlockId AsOf)> ReadOrder(OrderId order, CancellationToken cancel)
    {
        var alarms = new List<SyncAlarm>();
        var final = await _finality.Agree(ours: null, alarms, cancel).ConfigureAwait(false)
            ?? throw new ChainException(ChainErrorKind.Inconsistent, string.Join(' ', alarms.Select(alarm => alarm.Text)));
        return (await ReadOrder(order, _deployBlock, new SyncState { ChainId = _chainId, Final = final.Id }, cancel).ConfigureAwait(false), final.Id);
    }

    private async Task<SyncStep> Take(SyncState state, CancellationToken cancel)
    {
        var alarms = new List<SyncAlarm>();
        if (_options.Mutant is not SyncMutant.None) alarms.Add(new SyncAlarm(SyncAlarmKind.Mutant, $"The follower is broken on purpose: {_options.Mutant}."));
        var final = await _finality.Agree(state.Final, alarms, cancel).ConfigureAwait(false);
        state = await CheckChain(state, final, cancel).ConfigureAwait(false);
        var latest = await _source.Header(_endpoint, "latest", cancel).ConfigureAwait(false)
            ?? throw new ChainException(ChainErrorKind.Rejected, "An endpoint has no newest block.");
        _watch.Look(latest.Id, state.Final, alarms);
        if (state.Final is null && final is not null && final.Number < _deployBlock) state = state with { Final = final.Id };
        var step = state.Head is { } head && (final is null || final.Number <= head.Number + WalkAheadMax)
            ? await Follow(state, final, latest, alarms, cancel).ConfigureAwait(false)
            : await CatchUp(state, final, alarms, cancel).ConfigureAwait(false);
        return step with { Latest = latest.Id };
    }

    /// <summary>Whether the state is of this very chain: of two chains of one id, a block tells them apart.</summary>
    private async Task<SyncState> CheckChain(SyncState state, BlockHeader? final, CancellationToken cancel)
    {
        if (state.ChainId != _chainId) throw new ChainException(ChainErrorKind.WrongChain, $"What is remembered is of chain {state.ChainId}, but chain {_chainId} is configured.");
        if (_isChainChecked || (final?.Number ?? state.Final?.Number ?? 0) < _deployBlock) return state;
        var deployed = await Deployed(_endpoint, cancel).ConfigureAwait(false);
        if (state.DeployHash is { } known && known != deployed)
            throw new ChainException(ChainErrorKind.Inconsistent, $"Block {_deployBlock} was 0x{known}, and is 0x{deployed}: an endpoint serves another chain of the same id.");
        if (state.DeployHash is null && _source.Endpoints > 1 && await Deployed((_endpoint + 1) % _source.Endpoints, cancel).ConfigureAwait(false) is var other && other != deployed)
            throw new ChainException(ChainErrorKind.Inconsistent, $"Endpoints serve different chains of one id: block {_deployBlock} is 0x{deployed} at one, and 0x{other} at another.");
        _isChainChecked = true;
        return state.DeployHash is null ? state with { DeployHash = deployed } : state;
    }

    private async Task<Hash32> Deployed(int endpoint, CancellationToken cancel) =>
        (await _source.Header(endpoint, _deployBlock, cancel).ConfigureAwait(false))?.Hash
        ?? throw new ChainException(ChainErrorKind.Rejected, $"An endpoint has no block {_deployBlock}, in which the order book was created.");

    /// <summary>Near the head: takes in the newest blocks, and makes final what the endpoints agree on.</summary>
    private async Task<SyncStep> Follow(SyncState state, BlockHeader? final, BlockHeader latest, List<SyncAlarm> alarms, CancellationToken cancel)
    {
        var (next, undone, applied, isBehind) = await _hot.Follow(_endpoint, state, latest, CheckGap, alarms, cancel).ConfigureAwait(false);
        ImmutableArray<OrderEvent> events = [];
        if (final is not null && final.Number > next.Final!.Value.Number)
            (next, events) = await _final.Promote(_endpoint, next, final.Id, alarms, cancel).ConfigureAwait(false);
        if (alarms.Any(alarm => alarm.Kind is SyncAlarmKind.Unconfirmed)) _hot.Distrust();
        return new SyncStep(undone, applied, events, next, [.. alarms]) { IsBehind = isBehind };

        void CheckGap(SyncState before, ImmutableArray<OrderEvent> read) => _gaps.Check(before, read, alarms);
    }

    /// <summary>Far behind: what was followed is made final or undone, then ranges are read.</summary>
    private async Task<SyncStep> CatchUp(SyncState state, BlockHeader? final, List<SyncAlarm> alarms, CancellationToken cancel)
    {
        if (final is null) return new SyncStep([], [], [], state, [.. alarms]);
        if (!state.Hot.IsEmpty)
        {
            var (kept, undone) = await _hot.UndoOrphans(_endpoint, state, final.Number, cancel).ConfigureAwait(false);
            if (kept.Hot.IsEmpty) return new SyncStep(undone, [], [], kept, [.. alarms]) { IsBehind = true };
            var (promoted, events) = await _final.Promote(_endpoint, kept, kept.Hot[^1].Id, alarms, cancel).ConfigureAwait(false);
            return promoted == kept
                ? Dropped(kept, undone, alarms)
                : new SyncStep(undone, [], events, promoted, [.. alarms]) { IsBehind = true };
        }
        var (next, read) = await _final.ReadRange(_endpoint, state, final.Id, (before, some) => _gaps.Check(before, some, alarms), cancel).ConfigureAwait(false);
        return new SyncStep([], [], read, next, [.. alarms]) { IsBehind = next.Final!.Value.Number < final.Number };
    }

    /// <summary>What could not be confirmed is undone, and read again as a range.</summary>
    private static SyncStep Dropped(SyncState kept, ImmutableArray<OrderEvent> undone, List<SyncAlarm> alarms)
    {
        var (empty, more) = SyncRules.UndoTo(kept, kept.Final!.Value.Number);
        return new SyncStep([.. undone, .. more], [], [], empty, [.. alarms]) { IsBehind = true };
    }
}
