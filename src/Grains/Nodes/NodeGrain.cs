using Microsoft.Extensions.Logging;
using SwarmCompute.Chain;

namespace SwarmCompute.Grains.Nodes;

/// <summary>Remembers what one node offers and holds, and tells the registry how it stands.</summary>
internal sealed partial class NodeGrain(
    [PersistentState("node", SwarmGrainsHosting.StorageName)] IPersistentState<NodeState> state,
    ChainOptions chain, TimeProvider time, ILogger<NodeGrain> log) : Grain, INodeGrain
{
    private static readonly TimeSpan NotePeriod = TimeSpan.FromSeconds(1);

    private NetworkPosition? _position;                                      // said anew at every report
    private Task _noting = Task.CompletedTask;
    private NodeSnapshot? _noted;
    private long _notedAt;

    private NodeId Id => new(this.GetPrimaryKeyString());

    public async Task<NodeAssignments> Sync(NodeReport report, CancellationToken cancel)
    {
        if (NodeRules.Refusal(Id, state.State, report) is { } refusal)
        {
            LogRefusedReport(log, Id, refusal);
            return new NodeAssignments([], refusal);
        }
        _position = report.Position;
        var before = state.State;
        var next = NodeRules.Sync(before, report);
        if (!ReferenceEquals(next, before))
        {
            await this.Save(state, next, cancel);
            if (next.Status != before.Status || next.Incarnation != before.Incarnation) LogMoved(log, Id, next.Incarnation, next.Status, next.Why);
        }
        NoteSoon();
        return new NodeAssignments(next.Assignments, null);
    }

    public Task<NodeDecision> Assign(Assignment assignment, CancellationToken cancel) =>
        Apply(NodeRules.Assign(state.State, assignment), cancel);

    public Task<NodeDecision> Stop(LeaseHold hold, CancellationToken cancel) => Apply(NodeRules.Stop(state.State, hold), cancel);

    public Task<ImmutableArray<LeaseHold>> Lose(string incarnation, string reason, CancellationToken cancel) =>
        End(incarnation, NodeStatus.Lost, reason, cancel);

    public Task<ImmutableArray<LeaseHold>> Leave(string incarnation, string reason, CancellationToken cancel) =>
        End(incarnation, NodeStatus.Left, reason, cancel);

    public async Task<NodeDecision> Move(NodeStatus to, string reason, CancellationToken cancel)
    {
        var outcome = NodeRules.Move(state.State, to, reason);
        if (outcome.Next is null) return outcome.Decision;
        await this.Save(state, outcome.Next, cancel);
        LogMoved(log, Id, state.State.Incarnation, state.State.Status, state.State.Why);
        await Note(cancel);
        return outcome.Decision;
    }

    public Task<NodeDecision> Command(NodeCommand command, CancellationToken cancel) =>
        NodeCommandRules.Refusal(Id, state.State.Description, command, chain, time.GetUtcNow()) is { } refusal
            ? Apply(NodeOutcome.Refused(refusal), cancel)
            : Move(command.To, command.Reason, cancel);

    public Task<NodeSnapshot?> Read(CancellationToken cancel) => Task.FromResult(Snapshot());

    private async Task<ImmutableArray<LeaseHold>> End(string incarnation, NodeStatus to, string reason, CancellationToken cancel)
    {
        if (incarnation != state.State.Incarnation) return [];
        var outcome = NodeRules.End(state.State, incarnation, to, reason);
        if (outcome.Next is not null)
        {
            await this.Save(state, outcome.Next, cancel);
            LogMoved(log, Id, incarnation, state.State.Status, state.State.Why);
        }
        await Note(cancel);                                                  // no later report of this node would repeat it
        return [.. state.State.Assignments.Where(a => a.Directive is not Directive.Stop).Select(a => new LeaseHold(a.Lease, a.Epoch))];
    }

    private async Task<NodeDecision> Apply(NodeOutcome outcome, CancellationToken cancel)
    {
        if (outcome.Decision is NodeDecision.Refused refused) LogRefused(log, Id, refused.Reason);
        if (outcome.Next is null) return outcome.Decision;
        await this.Save(state, outcome.Next, cancel);
        NoteSoon();
        return outcome.Decision;
    }

    /// <summary>A heartbeat to the registry that no caller waits for: what does not get through is repeated at the node's next report.</summary>
    private void NoteSoon()
    {
        if (!_noting.IsCompleted || (_noted == Snapshot() && time.GetElapsedTime(_notedAt) < NotePeriod)) return;
        _noting = NoteOrLog();
    }

    private async Task NoteOrLog()
    {
        try
        {
            await Note(CancellationToken.None);
        }
        catch (Exception fault) when (fault is OrleansException or TimeoutException or OperationCanceledException)
        {
            LogNoteFailed(log, Id, fault.Message);
        }
    }

    private async Task Note(CancellationToken cancel)
    {
        if (Snapshot() is not { } snapshot) return;
        await GrainFactory.Nodes().Note(snapshot, cancel);
        (_noted, _notedAt) = (snapshot, time.GetTimestamp());
    }

    private NodeSnapshot? Snapshot() => state.State is not { Description: { } offer, Status: { } status } node
        ? null
        : new NodeSnapshot { Description = offer, Incarnation = node.Incarnation, Status = status, Free = node.Free, FreeMemory = node.FreeMemory, Why = node.Why, Position = _position };
}
