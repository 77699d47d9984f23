using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using SwarmCompute.Chain;

namespace SwarmCompute.Grains.ChainFeed;

/// <summary>
/// Follows the finalized chain in rounds, one at a time: read, tell the orders, remember the cursor, poke what is not over. Callers never wait
/// for a round; a chain that does not answer only shows in the status.
/// </summary>
internal sealed partial class ChainFeedGrain(
    [PersistentState("feed", SwarmGrainsHosting.StorageName)] IPersistentState<ChainFeedState> state,
    IChainReader chain, ChainOptions options, TimeProvider time, ILogger<ChainFeedGrain> log) : Grain, IChainFeedGrain, IRemindable, IDisposable
{
    private static readonly TimeSpan RoundPeriod = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan PokePeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PokeAllowance = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromMinutes(1);
    private const string ReminderName = "follow";
    private const int RangesInARoundMax = 50;
    private const int PokesAtOnce = 8;

    private readonly CancellationTokenSource _stop = new();
    private Task _round = Task.CompletedTask;
    private DateTimeOffset _roundAt = DateTimeOffset.MinValue;
    private DateTimeOffset _pokedAt = DateTimeOffset.MinValue;
    private DateTimeOffset? _readAt;
    private string? _error;
    private bool _hasReminder;

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _round.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    public void Dispose() => _stop.Dispose();

    public Task<FeedStatus> Follow(CancellationToken cancel)
    {
        if (_round.IsCompleted && time.GetUtcNow() - _roundAt >= RoundPeriod)
        {
            _roundAt = time.GetUtcNow();
            _round = Round(_stop.Token);
        }
        return Task.FromResult(new FeedStatus(state.State.NextBlock ?? options.DeployBlock, state.State.Unfinished.Count, _readAt, _error));
    }

    public Task<ImmutableArray<OrderId>> ListUnfinished(CancellationToken cancel) =>
        Task.FromResult<ImmutableArray<OrderId>>([.. state.State.Unfinished.Select(id => new OrderId(id))]);

    public Task ReceiveReminder(string reminderName, TickStatus status) => Follow(CancellationToken.None);

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
            for (var range = 0; range < RangesInARoundMax; range++)
            {
                var from = ChainFeedRules.Cursor(state.State, options.DeployBlock);
                var (events, next) = await chain.ReadFinalized(from, cancel);
                if (ChainFeedRules.Refusal(from, events, next) is { } refusal) throw new ChainException(ChainErrorKind.Inconsistent, refusal);
                (_readAt, _error) = (time.GetUtcNow(), null);
                if (next == from) break;
                await Tell(events, cancel);
                await this.Save(state, ChainFeedRules.Advance(state.State, events, next), cancel);
                told = told.Union(events.Select(e => e.Order.Value));
            }
        }
        catch (ChainException fault)
        {
            if (_error != fault.Message) LogChainUnreadable(log, fault.Message);
            _error = fault.Message;                                          // orders are still poked: what they hold goes on
        }
        return told;
    }

    private async Task Tell(ImmutableArray<OrderEvent> events, CancellationToken cancel)
    {
        foreach (var order in events.GroupBy(e => e.Order))
        {
            var decision = await GrainFactory.Order(order.Key).Observe([.. order.Select(e => e.ToRecord())], cancel);
            if (decision is OrderDecision.Refused refused) LogRefusedEvents(log, order.Key, refused.Reason);
            else LogTold(log, order.Key, order.Count());
        }
    }

    private async Task Poke(ImmutableSortedSet<ulong> orders, CancellationToken cancel)
    {
        var over = new ConcurrentBag<ulong>();
        var pace = new ParallelOptions { MaxDegreeOfParallelism = PokesAtOnce, CancellationToken = cancel, TaskScheduler = TaskScheduler.Current };
        await Parallel.ForEachAsync(orders, pace, async (order, token) =>
        {
            if (await PokeOne(new OrderId(order), token)) over.Add(order);
        });
        if (!over.IsEmpty) await this.Save(state, state.State with { Unfinished = state.State.Unfinished.Except(over) }, cancel);
    }

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
