using Microsoft.Extensions.Logging;
using SwarmCompute.Grains.ChainFeed;

namespace SwarmCompute.Grains.Settlement;

/// <summary>
/// Keeps an order's outbox and works it off in passes, one at a time and beside its calls: a tick starts a pass when one is due and makes its
/// result durable when it has ended. Only calls and ticks write, so nothing races.
/// </summary>
internal sealed partial class SettlementGrain(
    [PersistentState("outbox", SwarmGrainsHosting.StorageName)] IPersistentState<SettlementState> state,
    IChainReader reader, IChainWriter writer, TimeProvider time, ILogger<SettlementGrain> log) : Grain, ISettlementGrain, IDisposable
{
    private static readonly TimeSpan TickPeriod = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan PassPeriod = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stop = new();
    private Task<PassResult>? _pass;
    private DateTimeOffset _nextPass = DateTimeOffset.MinValue;
    private IGrainTimer? _ticks;
    private int _failuresInARow;

    private OrderId Id => OrderId.Parse(this.GetPrimaryKeyString());

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        Task pass = _pass ?? Task.CompletedTask;                             // what it sent shows on the chain; the next activation looks there
        await pass.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    public void Dispose() => _stop.Dispose();

    public async Task<SettlementSnapshot> Enqueue(SettlementIntent intent, CancellationToken cancel)
    {
        var next = SettlementRules.Enqueue(state.State, intent);
        if (!ReferenceEquals(next, state.State))
        {
            await this.Save(state, next, cancel);
            _nextPass = DateTimeOffset.MinValue;
            LogEnqueued(log, Id, intent.Key);
        }
        return GoOn();
    }

    public Task<SettlementSnapshot> Follow(CancellationToken cancel) => Task.FromResult(GoOn());

    private SettlementSnapshot GoOn()
    {
        if (_ticks is null && state.State.Entries.Any(e => !e.IsDone))
            _ticks = this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions(TimeSpan.Zero, TickPeriod) { KeepAlive = true });
        return SettlementRules.Snapshot(state.State);
    }

    private async Task Tick(CancellationToken cancel)
    {
        if (_pass is { IsCompleted: false }) return;
        if (_pass is { } ended)
        {
            _pass = null;                                                    // first, so that a pass that threw is not awaited for ever
            _nextPass = time.GetUtcNow() + PassPeriod;
            await Remember(await ended, cancel);
        }
        var open = state.State.Entries.Where(e => !e.IsDone).Select(e => e.Intent).ToImmutableArray();
        if (open.IsEmpty) Rest();
        else if (time.GetUtcNow() >= _nextPass && !(await GrainFactory.ChainFeed().Read(cancel)).IsHalted) _pass = new SettlementPass(reader, writer, Id).Run(open, _stop.Token);
    }

    private async Task Remember(PassResult result, CancellationToken cancel)
    {
        var next = result.Done.IsEmpty ? state.State : SettlementRules.Done(state.State, result.Done);
        if (result.FailedKey is { } key)
        {
            next = SettlementRules.Failed(next, key, result.Error!);
            _nextPass = time.GetUtcNow() + SettlementRules.Backoff(++_failuresInARow);
            LogFailed(log, Id, key, _failuresInARow, result.Error!);
        }
        else
        {
            _failuresInARow = 0;
        }
        if (ReferenceEquals(next, state.State)) return;
        await this.Save(state, next, cancel);
        foreach (var done in result.Done) LogDone(log, Id, done);
    }

    private void Rest()
    {
        _ticks?.Dispose();
        _ticks = null;
    }
}
