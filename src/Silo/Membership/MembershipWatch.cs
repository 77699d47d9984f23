using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using SwarmCompute.Grains.Interfaces;
using SwarmCompute.Silo.Agent;

namespace SwarmCompute.Silo.Membership;

/// <summary>
/// Sees which silos are dead, and has their nodes' leases lost and replaced. Every silo does so at the same time: the first one does
/// the work, the others find it done.
/// </summary>
internal sealed partial class MembershipWatch(IClusterMembershipService membership, IGrainFactory grains, OrderPokes orders, TimeProvider time, ILogger<MembershipWatch> log)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);
    private readonly HashSet<SiloAddress> _handled = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var snapshot in Snapshots(stoppingToken))
            {
                var dead = snapshot.Members.Values.Where(m => m.Status == SiloStatus.Dead && _handled.Add(m.SiloAddress));
                foreach (var member in dead) _ = Lose(member, stoppingToken);
                _handled.IntersectWith(snapshot.Members.Keys);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async IAsyncEnumerable<ClusterMembershipSnapshot> Snapshots([EnumeratorCancellation] CancellationToken cancel)
    {
        yield return membership.CurrentSnapshot;
        await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(cancel)) yield return snapshot;
    }

    private async Task Lose(ClusterMember member, CancellationToken cancel)
    {
        if (NodeOf(member) is not { } node) return;
        var incarnation = member.SiloAddress.ToParsableString();
        LogDead(log, node, incarnation);
        try
        {
            while (!await TryLose(node, incarnation, cancel)) await Task.Delay(Pause, time, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Stopping: the others go on.
        }
    }

    private async Task<bool> TryLose(NodeId node, string incarnation, CancellationToken cancel)
    {
        var reason = $"the silo of node {node} is dead";
        var lost = await GrainAnswer<ImmutableArray<LeaseHold>>.From(() => grains.Node(node).Lose(incarnation, reason, cancel), cancel);
        if (lost.Fault is { } fault)
        {
            LogAgain(log, node, fault);
            return false;
        }
        var all = true;
        foreach (var hold in lost.Value)
        {
            var answer = await GrainAnswer<LeaseDecision>.From(() => grains.Lease(hold.Lease).Lose(hold.Epoch, reason, cancel), cancel);
            if (answer.Fault is { } trouble) LogAgain(log, node, trouble);
            all &= answer.Fault is null;
            orders.Poke(hold.Lease.Order, cancel);
        }
        return all;
    }

    private static NodeId? NodeOf(ClusterMember member)
    {
        try
        {
            return new NodeId(member.Name);
        }
        catch (FormatException)
        {
            return null;                    // no silo of ours
        }
    }

    [LoggerMessage(5401, LogLevel.Warning, "The silo of node {Node} ({Incarnation}) is dead: its leases are lost")]
    private static partial void LogDead(ILogger log, NodeId node, string incarnation);

    [LoggerMessage(5402, LogLevel.Information, "The leases of node {Node} are not all on record as lost yet: {Why}")]
    private static partial void LogAgain(ILogger log, NodeId node, string why);
}
