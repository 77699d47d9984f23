using System.Threading.Channels;
using SwarmCompute.Grains.Interfaces;

namespace SwarmCompute.Silo.Agent;

/// <summary>
/// Tells one lease what its agent sees and hears of the guest: everything, in order, each until the lease has it on record. While
/// the swarm does not answer, nothing is lost and nothing is stopped.
/// </summary>
internal sealed partial class LeaseReporter(IGrainFactory grains, OrderPokes orders, LeaseHold hold, TimeProvider time, ILogger log)
{
    private const int WaitingMax = 256;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly Channel<Entry> _waiting = Channel.CreateBounded<Entry>(WaitingMax);
    private readonly TaskCompletionSource _fenced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the lease said that this guest's epoch does not count any more: the guest must stop.</summary>
    public Task Fenced => _fenced.Task;

    private int _signsOfLife;

    /// <summary>Puts a report into the queue. False where it is full: more was said than any sane guest says while nothing answers.</summary>
    public bool Report(GuestReport report)
    {
        // One sign of life in the queue is enough, however long the swarm takes to answer.
        if (report is GuestReport.Heartbeat && Interlocked.Exchange(ref _signsOfLife, 1) == 1) return true;
        return _waiting.Writer.TryWrite(new Entry(report, null));
    }

    /// <summary>As <see cref="Report"/>, and waits until the lease has decided; false where it did not agree.</summary>
    public async Task<bool> Settle(GuestReport report, CancellationToken cancel)
    {
        var decided = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _waiting.Writer.WriteAsync(new Entry(report, decided), cancel);
        return await decided.Task.WaitAsync(cancel);
    }

    /// <summary>Takes no more reports; <see cref="Run"/> ends after those that wait.</summary>
    public void Complete() => _waiting.Writer.TryComplete();

    /// <summary>Delivers, until there is nothing more to come.</summary>
    public async Task Run(CancellationToken cancel)
    {
        await foreach (var entry in _waiting.Reader.ReadAllAsync(cancel))
        {
            if (entry.Report is GuestReport.Heartbeat) Volatile.Write(ref _signsOfLife, 0);
            var agreed = await Deliver(entry.Report, cancel);
            entry.Decided?.TrySetResult(agreed);
        }
    }

    private async Task<bool> Deliver(GuestReport report, CancellationToken cancel)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var answer = await GrainAnswer<LeaseDecision>.From(() => grains.Lease(hold.Lease).Observe(hold.Epoch, report, cancel), cancel);
            if (answer.Fault is null) return Heed(report, answer.Value!, cancel);
            if (report is GuestReport.Heartbeat) return false;               // the next one comes
            LogRetry(log, report.GetType().Name, hold.Lease, hold.Epoch, answer.Fault);
            await Task.Delay(pause, time, cancel);
        }
    }

    private bool Heed(GuestReport report, LeaseDecision decision, CancellationToken cancel)
    {
        if (report is not GuestReport.Heartbeat) orders.Poke(hold.Lease.Order, cancel);
        if (decision is LeaseDecision.Moved or LeaseDecision.Unchanged) return true;
        if (decision is LeaseDecision.Fenced or LeaseDecision.NotFound)
        {
            LogFenced(log, report.GetType().Name, hold.Lease, hold.Epoch);
            _fenced.TrySetResult();
        }
        else
        {
            LogDecision(log, report.GetType().Name, hold.Lease, hold.Epoch, decision);
        }
        return false;
    }

    private sealed record Entry(GuestReport Report, TaskCompletionSource<bool>? Decided);

    [LoggerMessage(5101, LogLevel.Information, "{Report} of lease {Lease} epoch {Epoch} is not on record yet, and is told again: {Why}")]
    private static partial void LogRetry(ILogger log, string report, LeaseId lease, LeaseEpoch epoch, string why);

    [LoggerMessage(5104, LogLevel.Information, "{Report} of lease {Lease} epoch {Epoch} came too late: that epoch does not count any more")]
    private static partial void LogFenced(ILogger log, string report, LeaseId lease, LeaseEpoch epoch);

    [LoggerMessage(5102, LogLevel.Warning, "{Report} of lease {Lease} epoch {Epoch} changed nothing: {Decision}")]
    private static partial void LogDecision(ILogger log, string report, LeaseId lease, LeaseEpoch epoch, LeaseDecision decision);
}
