using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;
using SwarmCompute.Cvm;
using SwarmCompute.Grains.Interfaces;
using SwarmCompute.Overlay;
using SwarmCompute.Overlay.GuestLink;

namespace SwarmCompute.Silo.Agent;

/// <summary>One guest under its agent, from launch to end: a process, a link, and reports of all that happens to the lease.</summary>
internal sealed partial class GuestRun
{
    private static readonly TimeSpan GreetingTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WordOfStopTime = TimeSpan.FromMilliseconds(300);
    private readonly ICvmDriver _driver;
    private readonly X509Certificate2 _root;
    private readonly LeaseReporter _reporter;
    private readonly SilenceWatch _silence;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly TaskCompletionSource<string> _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Assignment _assignment;
    private volatile GuestSession? _session;
    private volatile IRunningCvm? _cvm;
    private volatile bool _hasEnded;
    private volatile bool _hasReported;

    public GuestRun(Assignment assignment, ICvmDriver driver, X509Certificate2 root, LeaseReporter reporter, TimeProvider time, ILogger log)
    {
        Hold = new LeaseHold(assignment.Lease, assignment.Epoch);
        (_assignment, _driver, _root, _reporter, _time, _log) = (assignment, driver, root, reporter, time, log);
        _silence = new SilenceWatch(time);
    }

    public LeaseHold Hold { get; }

    public Address Provider => _assignment.Provider;

    /// <summary>Whether there is no process any more, or never will be.</summary>
    public bool HasEnded => _hasEnded;

    /// <summary>What the assignment says now.</summary>
    public void Direct(Assignment assignment)
    {
        _assignment = assignment;
        _session?.Direct(assignment);
    }

    /// <summary>Ends the guest in order; by force where it does not heed.</summary>
    public void Stop(string why) => _stop.TrySetResult(why);

    /// <summary>Ends the guest by force, at once.</summary>
    public void Kill() => _cvm?.Kill();

    /// <summary>Launches, watches, ends; completes when the guest is gone and the lease has all of it on record.</summary>
    public async Task Run(byte[] ticket, TimeSpan stopTime, CancellationToken cancel)
    {
        var reporting = _reporter.Run(cancel);
        try
        {
            await Live(ticket, stopTime, cancel);
        }
        finally
        {
            _hasEnded = true;
            _reporter.Complete();
        }
        await reporting;
    }

    /// <summary>Serves a link that this guest made. Returns when it ends.</summary>
    /// <exception cref="OverlayException">The link broke.</exception>
    public async Task Serve(GuestLinkServer link, CancellationToken cancel)
    {
        if (await Greet(link, cancel) is not { } hello) return;
        _silence.Greeted();
        var session = new GuestSession(link, _time);
        _session = session;                                    // a link that was there before has broken, or is about to
        session.Direct(_assignment);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var settling = Settle(hello, end.Token);
        var hearing = Hear(link, end.Token);
        var speaking = session.Speak(end.Token);
        try
        {
            await await Task.WhenAny(hearing, speaking);
            if (speaking.IsCompletedSuccessfully) await hearing;      // told to stop: what it still has to say is heard
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(settling, hearing, speaking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // The guest is heard meanwhile: it is not to blame when the swarm takes its time to answer.
    private async Task Settle(GuestMessage.Hello hello, CancellationToken cancel)
    {
        if (!await _reporter.Settle(GuestGreeting.ToReport(hello), cancel)) Stop("the lease did not take its greeting");
    }

    private async Task Live(byte[] ticket, TimeSpan stopTime, CancellationToken cancel)
    {
        if (!await _reporter.Settle(new GuestReport.Launching(), cancel) || _stop.Task.IsCompleted) return;
        try
        {
            _cvm = await _driver.Launch(new CvmLaunch(Hold.Lease, Hold.Epoch, ticket), cancel);
        }
        catch (CvmException e)
        {
            _reporter.Report(new GuestReport.Failed(e.Message));
            return;
        }
        var cvm = _cvm;
        LogStarted(_log, Hold.Lease, Hold.Epoch, cvm.ProcessId);
        _reporter.Report(new GuestReport.Started(cvm.ProcessId));
        using var watch = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var silent = _silence.WaitForSilence(watch.Token);
        var first = await Task.WhenAny(cvm.Exited, _stop.Task, _reporter.Fenced, silent);
        await watch.CancelAsync();
        if (first == silent && silent.IsCompletedSuccessfully) _reporter.Report(new GuestReport.Failed(await silent));
        var exit = await End(cvm, stopTime);
        LogEnded(_log, Hold.Lease, Hold.Epoch, exit.Code, exit.LastWords);
        if (exit.LeftBehind is { } left) LogLeftBehind(_log, left);
        // What it last said is worth more than its code; after its report, its end is in order.
        if (first == cvm.Exited && !_hasReported) _reporter.Report(new GuestReport.Failed($"the guest ended with code {exit.Code}: {exit.LastWords}"));
        _reporter.Report(new GuestReport.Exited(exit.Code));
    }

    private async Task<CvmExit> End(IRunningCvm cvm, TimeSpan stopTime)
    {
        if (_session is { } session)
        {
            session.Stop();
            await Task.WhenAny(cvm.Exited, Task.Delay(WordOfStopTime, _time, CancellationToken.None));
        }
        return await cvm.Stop(stopTime);
    }

    private async Task<GuestMessage.Hello?> Greet(GuestLinkServer link, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(GreetingTime);
        try
        {
            if (await link.Receive(limit.Token) is not GuestMessage.Hello hello)
            {
                LogRefused(_log, Hold.Lease, Hold.Epoch, "its first message is no greeting");
                return null;
            }
            if (GuestGreeting.Refusal(hello, link.CertificateDer.Span, _root, _driver.Probe().EvidenceType) is not { } refusal) return hello;
            LogRefused(_log, Hold.Lease, Hold.Epoch, refusal);
            return null;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            LogRefused(_log, Hold.Lease, Hold.Epoch, $"it did not greet within {GreetingTime.TotalSeconds} s");
            return null;
        }
    }

    private async Task Hear(GuestLinkServer link, CancellationToken cancel)
    {
        while (await link.Receive(cancel) is { } message)
        {
            _silence.Heard();
            if (ToReport(message) is not { } report) throw new OverlayException($"A guest's {message.GetType().Name} is out of place.");
            _hasReported |= report is GuestReport.Reported;
            if (!_reporter.Report(report)) Stop("it says more than can be put on record");
        }
    }

    private static GuestReport? ToReport(GuestMessage message) => message switch
    {
        GuestMessage.StageReady m => new GuestReport.StageReady(m.Generation),
        GuestMessage.PeerLost m => new GuestReport.PeerLost(m.Slot, new LeaseEpoch(m.Epoch), m.Reason),
        GuestMessage.Heartbeat m => new GuestReport.Heartbeat(m.CompletionTokens, m.OpenSessions, new LeaseEpoch(m.StandbyEpoch), m.StandbyLag, m.SlowPercent, m.IsLoaded),
        GuestMessage.StandbyLost m => new GuestReport.StandbyLost(new LeaseEpoch(m.Epoch), m.Reason),
        GuestMessage.Report m => new GuestReport.Reported(new SignedReportRecord(m.SignedReport, new Hash32(m.ReportHash), m.Units, m.Signature)),
        GuestMessage.Checkpoint m => new GuestReport.Checkpoint(m.Units, m.Signature),
        GuestMessage.Failed m => new GuestReport.Failed(m.Reason),
        _ => null,
    };

    [LoggerMessage(5201, LogLevel.Information, "The guest of lease {Lease} epoch {Epoch} runs as process {ProcessId}")]
    private static partial void LogStarted(ILogger log, LeaseId lease, LeaseEpoch epoch, int processId);

    [LoggerMessage(5202, LogLevel.Information, "The guest of lease {Lease} epoch {Epoch} ended with code {Code}: {LastWords}")]
    private static partial void LogEnded(ILogger log, LeaseId lease, LeaseEpoch epoch, int code, string lastWords);

    [LoggerMessage(5203, LogLevel.Warning, "The guest of lease {Lease} epoch {Epoch} is not listened to: {Why}")]
    private static partial void LogRefused(ILogger log, LeaseId lease, LeaseEpoch epoch, string why);

    [LoggerMessage(5204, LogLevel.Warning, "{What}")]
    private static partial void LogLeftBehind(ILogger log, string what);
}
