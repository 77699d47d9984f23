using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using SwarmCompute.Attestation;
using SwarmCompute.Cvm;
using SwarmCompute.Grains.Interfaces;
using SwarmCompute.Overlay;
using SwarmCompute.Overlay.GuestLink;
using SwarmCompute.Silo.Membership;
using SwarmCompute.Silo.Tls;

namespace SwarmCompute.Silo.Agent;

/// <summary>
/// The node's hands: asks the node's grain five times a second, and at once after every event, what should run here, and makes it so.
/// What guests say goes to their leases. While the swarm does not answer, guests go on as they are.
/// </summary>
internal sealed partial class NodeAgent(
    AgentIdentity identity, NodePlace place, ICvmDriver driver, GuestTicket ticket, OverlayListener listener, SiloCredentials credentials, IGrainFactory grains, OrderPokes orders,
    TimeProvider time, ILogger<NodeAgent> log) : BackgroundService, IGuestFence
{
    private static readonly TimeSpan SyncPeriod = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan GuestStopTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LeaveTime = TimeSpan.FromMilliseconds(800);
    private readonly ConcurrentDictionary<LeaseHold, GuestRun> _guests = [];
    private readonly ConcurrentDictionary<LeaseHold, Task> _runs = [];
    private readonly Channel<bool> _events = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _end = new();
    private string? _trouble;

    public void KillGuests()
    {
        foreach (var guest in _guests.Values) guest.Kill();
    }

    /// <summary>Stops the guests, then tells the swarm that this node has none any more.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        foreach (var guest in _guests.Values) guest.Stop("the node leaves");
        while (_guests.Values.Any(g => !g.HasEnded) && !cancellationToken.IsCancellationRequested)
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, CancellationToken.None);
        KillGuests();
        await Leave(cancellationToken);
        await _end.CancelAsync();
        await Task.WhenAll(_runs.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await listener.DisposeAsync();
    }

    public override void Dispose()
    {
        _end.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var accepting = Accept(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            await Sync(stoppingToken);
            await WaitForEvent(stoppingToken);
            // A guest that is not watched properly must not stay on record as if it were: then this silo ends, and all its leases with it.
            if (_runs.Values.FirstOrDefault(r => r.IsFaulted) is { } broken) await broken;
        }
        await accepting;
    }

    private async Task Sync(CancellationToken cancel)
    {
        var holds = _guests.Where(g => !g.Value.HasEnded).Select(g => g.Key).ToImmutableArray();
        var report = new NodeReport(identity.Description, identity.Incarnation, holds) { Position = place.Position };
        var answer = await GrainAnswer<NodeAssignments>.From(() => grains.Node(identity.Description.Id).Sync(report, cancel), cancel);
        NoteTrouble(answer.Fault, answer.Value?.Refusal);
        if (answer.Value is not { } assignments) return;
        foreach (var action in AgentRules.Plan(assignments.Assignments, _guests.ToDictionary(g => g.Key, g => g.Value.HasEnded))) Do(action);
    }

    private void Do(AgentAction action)
    {
        switch (action)
        {
            case AgentAction.Launch launch:
                Launch(launch.Assignment);
                break;
            case AgentAction.Direct direct:
                _guests[new LeaseHold(direct.Assignment.Lease, direct.Assignment.Epoch)].Direct(direct.Assignment);
                break;
            case AgentAction.Stop stop:
                _guests[stop.Hold].Stop("it is not assigned to this node any more");
                break;
            case AgentAction.Forget forget when _runs[forget.Hold].IsCompleted:
                _guests.TryRemove(forget.Hold, out _);
                _runs.TryRemove(forget.Hold, out _);
                break;
        }
    }

    private void Launch(Assignment assignment)
    {
        var hold = new LeaseHold(assignment.Lease, assignment.Epoch);
        var guest = new GuestRun(assignment, driver, credentials.Root, new LeaseReporter(grains, orders, hold, time, log), time, log);
        _guests[hold] = guest;
        _runs[hold] = RunAndTell(guest, ticket.For(assignment, identity.WorkDirectoryOf(hold)));
    }

    private async Task RunAndTell(GuestRun guest, byte[] itsTicket)
    {
        try
        {
            await guest.Run(itsTicket, GuestStopTime, _end.Token);
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // The node has left: its leases were given back as a whole.
        }
        finally
        {
            _events.Writer.TryWrite(true);
        }
    }

    private async Task Accept(CancellationToken cancel)
    {
        try
        {
            await foreach (var connection in listener.Accept(cancel)) _ = Serve(connection);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task Serve(OverlayConnection connection)
    {
        await using (connection)
        {
            if (connection.Peer is not SwarmIdentity.Guest peer || !_guests.TryGetValue(new LeaseHold(peer.Lease, peer.Epoch), out var guest)
                || guest.HasEnded || guest.Provider != peer.Provider)
            {
                LogStranger(log, connection.Peer);
                return;
            }
            try
            {
                await guest.Serve(new GuestLinkServer(connection), _end.Token);
            }
            catch (OverlayException e)
            {
                LogLinkBroke(log, peer.Lease, peer.Epoch, e.Message);
            }
            catch (OperationCanceledException) when (_end.IsCancellationRequested)
            {
                // Stopping.
            }
            catch (Exception e)
            {
                LogLinkFailed(log, peer.Lease, peer.Epoch, e);      // a fault of ours, but not of the guest, which links again
            }
        }
    }

    private async Task Leave(CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(LeaveTime);
        try
        {
            var node = identity.Description.Id;
            var left = await GrainAnswer<ImmutableArray<LeaseHold>>.From(() => grains.Node(node).Leave(identity.Incarnation, "the node leaves", limit.Token), limit.Token);
            if (left.Fault is { } fault) LogNotTold(log, fault);
            else await Task.WhenAll(left.Value.Select(hold => GrainAnswer<LeaseDecision>.From(() => grains.Lease(hold.Lease).Lose(hold.Epoch, $"node {node} left", limit.Token), limit.Token)));
        }
        catch (OperationCanceledException e)
        {
            LogNotTold(log, e.Message);            // the others see this silo go, and draw the same conclusion
        }
    }

    private async Task WaitForEvent(CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(SyncPeriod);
        try
        {
            await _events.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // Nothing happened here: ask anyway, for something may have happened elsewhere.
        }
    }

    private void NoteTrouble(string? fault, string? refusal)
    {
        var trouble = refusal ?? fault;
        if (trouble == _trouble) return;
        if (refusal is not null) LogMayHoldNothing(log, refusal);
        else if (fault is null) LogInTouch(log);
        else if (_trouble is null) LogOutOfTouch(log, fault);
        _trouble = trouble;
    }
}
