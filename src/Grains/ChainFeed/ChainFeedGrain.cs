using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Sync;

namespace SwarmCompute.Grains.ChainFeed;

/// <summary>
/// Follows the chain in rounds, one at a time: read, tell the orders, remember, poke what is not over. Callers never wait for a round; a chain
/// that does not answer only shows in the status.
/// </summary>
internal sealed partial class ChainFeedGrain(
    [PersistentState("feed", SwarmGrainsHosting.StorageName)] IPersistentState<ChainFeedState> state,
    IChainReader chain, ChainOptions options, ChainFeedOptions feed, TimeProvider time, ILogger<ChainFeedGrain> log) : Grain, IChainFeedGrain, IRemindable, IDisposable
{
    private static readonly TimeSpan PokePeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PokeAllowance = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan RepairPeriod = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromMinutes(1);
    private const string ReminderName = "follow";
    private const int StepsInARoundMax = 50;
    private const int PokesAtOnce = 8;
    private const int ToldAtOnce = 32;                                       // orders whose writes to the store are under way together

    private readonly CancellationTokenSource _stop = new();
    private Task _round = Task.CompletedTask;
    private DateTimeOffset _roundAt = DateTimeOffset.MinValue;
    private DateTimeOffset _pokedAt = DateTimeOffset.MinValue;
    private DateTimeOffset _repairedAt = DateTimeOffset.MinValue;
    private DateTimeOffset? _readAt;
    private ChainException? _trouble;
    private string? _error;
    private ImmutableArray<SyncAlarm> _alarms = [];
    private bool _hasReminder;
    private bool _mayBeHalfTold = true;                                      // a round before this activation, or a failed one, may have told some orders only

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _round.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    public void Dispose() => _stop.Dispose();

    public Task<FeedStatus> Follow(CancellationToken cancel)
    {
        if (_round.IsCompleted && time.GetUtcNow() - _roundAt >= feed.Period)
        {
            _roundAt = time.GetUtcNow();
            _round = Round(_stop.Token);
        }
        return Task.FromResult(Status());
    }

    public Task<FeedStatus> Read(CancellationToken cancel) => Task.FromResult(Status());

    public Task<ImmutableArray<OrderId>> ListUnfinished(CancellationToken cancel) =>
        Task.FromResult<ImmutableArray<OrderId>>([.. state.State.Unfinished.Select(id => new OrderId(id))]);

    public Task ReceiveReminder(string reminderName, TickStatus status) => Follow(CancellationToken.None);

    private FeedStatus Status()
    {
        var final = state.State is { NextBlock: > 0 and { } next, LastBlockHash: { } hash } ? new BlockRecord(next - 1, hash) : null;
        return new FeedStatus(state.State.NextBlock ?? options.DeployBlock, state.State.Unfinished.Count, _readAt, _error)
        {
            ChainId = options.ChainId,
            Finalized = final,
            Latest = state.State.Hot.IsEmpty ? final : new BlockRecord(state.State.Hot[^1].Number, state.State.Hot[^1].Hash),
            Alarms = ChainFeedRules.Alarms(_alarms, state.State),
            IsHalted = _trouble?.Kind is ChainErrorKind.Inconsistent or ChainErrorKind.WrongChain,
        };
    }

    private async Task Round(CancellationToken cancel)
    {
        try
        {
            var told = await ReadChain(cancel);
            var all = time.GetUtcNow() - _pokedAt >= PokePeriod;
            if (all) _pokedAt = time.GetUtcNow();
            await Poke(all ? state.State.Unfinished : told, cancel);
            await Remind();
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The activation ends; the next one goes on from the cursor.
        }
        catch (Exception fault)
        {
            _error = fault.Message;                                          // the boundary of the background work: shown, logged, tried again
            LogRoundFailed(log, fault);
        }
    }

    private async Task<ImmutableSortedSet<ulong>> ReadChain(CancellationToken cancel)
    {
        var told = ImmutableSortedSet<ulong>.Empty;
        try
        {
            for (var steps = 0; steps < StepsInARoundMax; steps++)
            {
                var before = ChainFeedRules.Sync(state.State, options.ChainId);
                if (_mayBeHalfTold) await Foresee(state.State.Foreseeing.Select(order => new OrderId(order)), before, cancel);
                _mayBeHalfTold = false;
                var step = await chain.Step(before, cancel);
                (_readAt, _error, _trouble) = (time.GetUtcNow(), null, null);
                Hear(step.Alarms);
                if (ChainFeedRules.IsNews(before, step)) await TakeIn(step, cancel);
                told = told.Union(step.Final.Select(e => e.Order.Value));
                if (!step.IsBehind) break;
            }
            await Repair(cancel);
        }
        catch (ChainException fault)
        {
            if (_error != fault.Message) LogChainUnreadable(log, fault.Message);
            (_error, _trouble) = (fault.Message, fault);                     // orders are still poked: what they hold goes on
        }
        return told;
    }

    /// <summary>Tells the orders, then remembers: told twice, they are as told once.</summary>
    private async Task TakeIn(SyncStep step, CancellationToken cancel)
    {
        var announced = ChainFeedRules.Announce(state.State, step);
        if (announced != state.State) await this.Save(state, announced, cancel);
        _mayBeHalfTold = true;
        var refused = await Tell(step.Final, cancel);
        await Foresee(ChainFeedRules.Affected(step), step.Next, cancel);
        await this.Save(state, ChainFeedRules.Advance(state.State, step, refused), cancel);
        _mayBeHalfTold = false;
        if (!step.Undone.IsEmpty) LogUndone(log, step.Undone.Length, step.Next.Head?.Number ?? 0);
    }

    /// <summary>Tells each order its final events, in bounded lots.</summary>
    /// <returns>The orders that refuse theirs, and why.</returns>
    private async Task<ImmutableDictionary<ulong, string>> Tell(ImmutableArray<OrderEvent> events, CancellationToken cancel)
    {
        var refused = new ConcurrentDictionary<ulong, string>();
        await Parallel.ForEachAsync(events.GroupBy(e => e.Order), Pace(ToldAtOnce, cancel), async (order, token) =>
        {
            if (await Tell(order.Key, [.. order], token) is { } reason) refused[order.Key.Value] = reason;
        });
        return refused.ToImmutableDictionary();
    }

    private async Task<string?> Tell(OrderId order, ImmutableArray<OrderEvent> events, CancellationToken cancel)
    {
        foreach (var lot in events.Chunk(WireLimits.EventsMax))
        {
            if (await GrainFactory.Order(order).Observe([.. lot.Select(e => e.ToRecord())], cancel) is not OrderDecision.Refused refused) continue;
            LogRefusedEvents(log, order, refused.Reason);
            return refused.Reason;
        }
        LogTold(log, order, events.Length);
        return null;
    }

    private Task Foresee(IEnumerable<OrderId> orders, SyncState sync, CancellationToken cancel) =>
        Parallel.ForEachAsync(orders, Pace(ToldAtOnce, cancel), async (order, token) =>
        {
            if (await GrainFactory.Order(order).Foresee(ChainFeedRules.Tail(sync, order), token) is OrderDecision.Refused refused)
                LogRefusedEvents(log, order, refused.Reason);
        });

    /// <summary>Reads the events of orders that refused theirs again, from the last one on that they took.</summary>
    private async Task Repair(CancellationToken cancel)
    {
        if (state.State.Stopped.IsEmpty || time.GetUtcNow() - _repairedAt < RepairPeriod) return;
        _repairedAt = time.GetUtcNow();
        var sync = ChainFeedRules.Sync(state.State, options.ChainId);
        foreach (var id in state.State.Stopped.Keys.ToList())
        {
            var order = new OrderId(id);
            var known = await GrainFactory.Order(order).ReadChain(cancel);
            var events = await chain.ReadOrder(order, known.Final.IsEmpty ? options.DeployBlock : known.Final[^1].Block, sync, cancel);
            if (events.IsEmpty || await Tell(order, events, cancel) is not null) continue;
            await this.Save(state, state.State with { Stopped = state.State.Stopped.Remove(id) }, cancel);
            LogRepaired(log, order);
        }
    }

    /// <summary>Logs alarms that were not there before.</summary>
    private void Hear(ImmutableArray<SyncAlarm> alarms)
    {
        foreach (var alarm in alarms.Where(a => _alarms.All(before => before.Kind != a.Kind))) LogAlarm(log, alarm.Kind, alarm.Text);
        _alarms = alarms;
    }

    private async Task Poke(ImmutableSortedSet<ulong> orders, CancellationToken cancel)
    {
        var over = new ConcurrentBag<ulong>();
        await Parallel.ForEachAsync(orders, Pace(PokesAtOnce, cancel), async (order, token) =>
        {
            if (await PokeOne(new OrderId(order), token)) over.Add(order);
        });
        if (!over.IsEmpty) await this.Save(state, state.State with { Unfinished = state.State.Unfinished.Except(over) }, cancel);
    }

    /// <summary>So many at once, on this grain's turns.</summary>
    private static ParallelOptions Pace(int atOnce, CancellationToken cancel) =>
        new() { MaxDegreeOfParallelism = atOnce, CancellationToken = cancel, TaskScheduler = TaskScheduler.Current };

    private async Task<bool> PokeOne(OrderId order, CancellationToken cancel)
    {
        try
        {
            var decision = await GrainFactory.Order(order).Reconcile(cancel).WaitAsync(PokeAllowance, time, cancel);
            return decision is OrderDecision.Over or OrderDecision.NotFound;
        }
        catch (Exception fault) when (!cancel.IsCancellationRequested)
        {
            LogPokeFailed(log, order, fault.Message);                        // one order's trouble is not another's; poked again in a second
            return false;
        }
    }

    private async Task Remind()
    {
        if (_hasReminder) return;
        await this.RegisterOrUpdateReminder(ReminderName, ReminderPeriod, ReminderPeriod);
        _hasReminder = true;
    }
}
