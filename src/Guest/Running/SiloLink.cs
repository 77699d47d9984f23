using SwarmCompute.Guest.Loader;
using SwarmCompute.Overlay;
using SwarmCompute.Overlay.GuestLink;

namespace SwarmCompute.Guest.Running;

/// <summary>
/// The link to the node agent. What the guest has to say stands until it no longer holds, and is said again on every new link: a link
/// that breaks loses nothing.
/// </summary>
internal sealed class SiloLink(Ticket ticket, Credentials credentials, GuestMessage.Hello hello, TimeProvider time, GuestLog log)
{
    /// <summary>How long the silo is tried for, at the start and after each break.</summary>
    public static readonly TimeSpan RedialTime = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan RedialPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan HeartbeatEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(15);           // the silo's own heartbeats come every second

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Statement> _standing = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>Says that the stage is ready under the map of this generation.</summary>
    public void TellReady(long generation) => Tell("ready", new GuestMessage.StageReady { Generation = generation });

    /// <summary>Says that a slot does not answer at this epoch.</summary>
    public void TellPeerLost(int slot, LeaseEpoch epoch, string reason) =>
        Tell($"lost {slot}", new GuestMessage.PeerLost { Slot = slot, Epoch = epoch.Value, Reason = GuestLog.OneLine(reason) });

    /// <summary>Says that the standby of this epoch does not answer.</summary>
    public void TellStandbyLost(LeaseEpoch epoch, string reason) =>
        Tell("standby lost", new GuestMessage.StandbyLost { Epoch = epoch.Value, Reason = GuestLog.OneLine(reason) });

    /// <summary>No longer says that these slots do not answer, where others hold them by now.</summary>
    public void ForgetLost(IReadOnlyList<LeaseEpoch> current)
    {
        lock (_gate)
        {
            var replaced = _standing.Where(s => s.Value.Message is GuestMessage.PeerLost lost && lost.Epoch < current[lost.Slot].Value).Select(s => s.Key);
            foreach (var key in replaced.ToList()) _standing.Remove(key);
        }
    }

    /// <summary>Says what was served so far; the latest word stands for all before it.</summary>
    public void TellCheckpoint(GuestMessage.Checkpoint checkpoint) => Tell("checkpoint", checkpoint);

    /// <summary>Hands the signed report over.</summary>
    public void TellReport(GuestMessage.Report report) => Tell("report", report);

    /// <summary>Says that the guest gives up; completes once that was sent.</summary>
    public Task TellFailed(string reason) => Tell("failed", new GuestMessage.Failed { Reason = GuestLog.OneLine(reason) });

    /// <summary>Keeps the link up.</summary>
    /// <param name="take">Called for every message; must not block.</param>
    /// <param name="heartbeat">What to say every second.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="GuestException">The silo could not be reached for <see cref="RedialTime"/>.</exception>
    public async Task Run(Action<SiloMessage> take, Func<GuestMessage.Heartbeat> heartbeat, CancellationToken cancel)
    {
        while (true)
        {
            await using var link = await Dial(cancel);
            using var broken = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var sending = Send(link, heartbeat, broken.Token);
            var receiving = Receive(link, take, broken.Token);
            var first = await Task.WhenAny(sending, receiving);
            await broken.CancelAsync();
            await Task.WhenAll(sending, receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);      // the first one says why
            cancel.ThrowIfCancellationRequested();
            log.Line($"the link to the silo broke, and is made again: {Reason(first)}");
        }
    }

    private static string Reason(Task ended) => ended.Exception?.InnerException switch
    {
        OverlayException fault => fault.Message,
        null => "the silo ended it",
        var bug => throw new InvalidOperationException("The link to the silo failed.", bug),
    };

    private Task Tell(string subject, GuestMessage message)
    {
        var statement = new Statement(message);
        lock (_gate)
        {
            _standing[subject] = statement;
            _changed.TrySetResult();
        }
        return statement.Sent.Task;
    }

    private async Task<GuestLinkClient> Dial(CancellationToken cancel)
    {
        var begun = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await GuestLinkClient.Dial(ticket.Silo, ticket.Node, credentials.Overlay, time, cancel);
            }
            catch (OverlayException fault) when (time.GetElapsedTime(begun) >= RedialTime)
            {
                throw new GuestException($"The silo could not be reached for {RedialTime.TotalSeconds} s: {fault.Message}", fault);
            }
            catch (OverlayException)
            {
                await Task.Delay(RedialPause, time, cancel);
            }
        }
    }

    private async Task Send(GuestLinkClient link, Func<GuestMessage.Heartbeat> heartbeat, CancellationToken cancel)
    {
        var said = new HashSet<Statement>();
        await link.Send(hello, cancel);
        var beaten = time.GetTimestamp();
        while (true)
        {
            var (statements, changed) = Standing();
            foreach (var statement in statements)
            {
                if (!said.Add(statement)) continue;
                await link.Send(statement.Message, cancel);
                statement.Sent.TrySetResult();
            }
            if (time.GetElapsedTime(beaten) >= HeartbeatEvery)
            {
                await link.Send(heartbeat(), cancel);
                beaten = time.GetTimestamp();
            }
            var pause = HeartbeatEvery - time.GetElapsedTime(beaten);
            if (pause > TimeSpan.Zero) await Task.WhenAny(changed, Task.Delay(pause, time, cancel));
            cancel.ThrowIfCancellationRequested();
        }
    }

    private async Task Receive(GuestLinkClient link, Action<SiloMessage> take, CancellationToken cancel)
    {
        while (true)
        {
            using var silence = new CancellationTokenSource(SilenceMax, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, silence.Token);
            try
            {
                if (await link.Receive(either.Token) is not { } message) return;
                take(message);
            }
            catch (OperationCanceledException fault) when (!cancel.IsCancellationRequested)
            {
                throw new OverlayException($"The silo was silent for {SilenceMax.TotalSeconds} s.", fault);
            }
        }
    }

    private (List<Statement> Statements, Task Changed) Standing()
    {
        lock (_gate)
        {
            if (_changed.Task.IsCompleted) _changed = NewSignal();
            return ([.. _standing.Values], _changed.Task);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Statement(GuestMessage message)
    {
        public GuestMessage Message => message;

        public TaskCompletionSource Sent { get; } = NewSignal();
    }
}
