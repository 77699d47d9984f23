using System.Runtime.InteropServices;

namespace SwarmCompute.Guest.Running;

/// <summary>
/// Why and when the guest stops in order: the silo said so, its parent is gone, or SIGTERM came. From then on the process has
/// <see cref="Grace"/> to end; what is left of it after that is ended by force.
/// </summary>
internal sealed class StopReason : IDisposable
{
    /// <summary>How long an orderly end may take.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(800);

    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration _terminate;
    private readonly TimeProvider _time;
    private readonly Action _lastDuty;
    private string? _reason;
    private ITimer? _force;

    /// <param name="parent">Standard input.</param>
    /// <param name="lastDuty">What must be done even where the process is ended by force; must be quick.</param>
    /// <param name="time">The clock.</param>
    public StopReason(ParentPipe parent, Action lastDuty, TimeProvider time)
    {
        _time = time;
        _lastDuty = lastDuty;
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            Stop("SIGTERM came");
        });
        _ = parent.Ended.ContinueWith(_ => Stop("the node agent is gone"), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>Cancelled when the guest is to stop.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Why it stops; null while it does not.</summary>
    public string? Reason => Volatile.Read(ref _reason);

    /// <summary>Stops the guest; the first reason counts.</summary>
    public void Stop(string reason)
    {
        if (Interlocked.CompareExchange(ref _reason, reason, null) is not null) return;
        _force = _time.CreateTimer(_ => End(), null, Grace, Timeout.InfiniteTimeSpan);
        _stop.Cancel();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _terminate.Dispose();
        _force?.Dispose();
    }

    private void End()
    {
        _lastDuty();
        Environment.Exit(0);
    }
}
