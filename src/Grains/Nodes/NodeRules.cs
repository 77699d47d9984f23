using System.Collections.Frozen;
using System.Net;
using SwarmCompute.Grains.Scheduling;

namespace SwarmCompute.Grains.Nodes;

/// <summary>What a node may become, and what it may hold. Pure.</summary>
internal static class NodeRules
{
    /// <summary>The state machine. A new run of the agent ends the old one (Lost) before it joins.</summary>
    public static readonly FrozenSet<(NodeStatus From, NodeStatus To)> Transitions = FrozenSet.ToFrozenSet(
    [
        (NodeStatus.Joining, NodeStatus.Ready),
        (NodeStatus.Ready, NodeStatus.Cordoned),
        (NodeStatus.Cordoned, NodeStatus.Ready),
        (NodeStatus.Ready, NodeStatus.Draining),
        (NodeStatus.Cordoned, NodeStatus.Draining),
        (NodeStatus.Draining, NodeStatus.Left),
        (NodeStatus.Joining, NodeStatus.Lost),
        (NodeStatus.Ready, NodeStatus.Lost),
        (NodeStatus.Cordoned, NodeStatus.Lost),
        (NodeStatus.Draining, NodeStatus.Lost),
        (NodeStatus.Left, NodeStatus.Joining),
        (NodeStatus.Lost, NodeStatus.Joining),
    ]);

    /// <summary>A node that was silent this long has lost its leases: the second line behind membership.</summary>
    public static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(10);

    /// <summary>A node that was silent this long gets no new lease.</summary>
    public static readonly TimeSpan SilenceBeforeLease = TimeSpan.FromSeconds(3);

    private const int StoppedMax = 256;
    private const int PastMax = 16;
    private const int IncarnationCharsMax = 128;
    private const double MeasureMax = 1e15;

    /// <summary>Why a report cannot be taken; null where it can.</summary>
    public static string? Refusal(NodeId node, NodeState state, NodeReport report)
    {
        var offer = report.Description;
        if (offer.Id != node) return $"The report names {offer.Id}, not {node}.";
        if (offer.Slots is < 1 or > WireLimits.NodeSlotsMax) return $"A node has 1 to {WireLimits.NodeSlotsMax} slots, not {offer.Slots}.";
        if (offer.Address.Length > WireLimits.EndpointCharsMax) return "The node's address is too long.";
        if (offer.Tee.Length is 0 or > ManifestLimits.TeeTypesMax || offer.Tee.Any(t => t.Length > 32)) return $"A node names 1 to {ManifestLimits.TeeTypesMax} kinds of TEE.";
        if (!IsMeasure(offer.MemoryBytes) || !IsMeasure(offer.BytesPerSecond) || !IsMeasure(offer.OperationsPerSecond)) return $"A node's memory and speeds are 0 to {MeasureMax:0}.";
        if (offer.Endpoint is { } endpoint && !IsAt(endpoint, offer.Address)) return "The node's endpoint is not a port at its address.";
        if (report.Position is { IsValid: false }) return "The node's position in the network is out of range.";
        if (report.Incarnation.Length is 0 or > IncarnationCharsMax) return $"An incarnation has 1 to {IncarnationCharsMax} characters.";
        if (report.Guests.Length > 4 * WireLimits.NodeSlotsMax) return "The report names too many guests.";
        if (state.Past.Contains(report.Incarnation)) return $"Run {report.Incarnation} of the node's agent is over: another one took its place.";
        if (report.Incarnation == state.Incarnation && state.IsGone) return $"Run {report.Incarnation} of the node's agent is {state.Status}: {state.Why}";
        return null;
    }

    /// <summary>The state after a report that was not refused; the same instance where nothing changes.</summary>
    public static NodeState Sync(NodeState state, NodeReport report)
    {
        if (report.Incarnation != state.Incarnation) return Join(state, report);
        var running = state.Assignments.RemoveAll(a => a.Directive is Directive.Stop && !report.Guests.Contains(new LeaseHold(a.Lease, a.Epoch)));
        var next = running.Length == state.Assignments.Length ? state : state with { Assignments = running };
        if (!Same(state.Description!, report.Description)) next = next with { Description = report.Description };
        return next.Status is NodeStatus.Draining && next.Assignments.IsEmpty ? Step(next, NodeStatus.Left, next.Why) : next;
    }

    public static NodeOutcome Assign(NodeState state, Assignment assignment)
    {
        if (state.IsGone) return NodeOutcome.Refused(state.Status is { } gone ? $"the node is {gone}" : "the node never joined");
        if (assignment.Incarnation != state.Incarnation) return NodeOutcome.Refused("the node's agent runs anew since");
        var hold = new LeaseHold(assignment.Lease, assignment.Epoch);
        if (state.Stopped.Contains(hold)) return NodeOutcome.Refused($"lease {hold.Lease} epoch {hold.Epoch} was stopped here");
        if (state.Find(hold) is { } held) return Change(state, held, assignment);
        if (state.Status is not NodeStatus.Ready) return NodeOutcome.Refused($"the node is {state.Status}");
        if (state.Assignments.Any(a => a.Lease == hold.Lease && a.Epoch > hold.Epoch)) return NodeOutcome.Refused($"lease {hold.Lease} has a newer epoch here");
        if (state.Free == 0) return NodeOutcome.Refused($"0 of {state.Description!.Slots} slots free");
        return assignment.MemoryBytes > state.FreeMemory
            ? NodeOutcome.Refused($"{ByteText.Of(assignment.MemoryBytes)} of memory asked for, {ByteText.Of(state.FreeMemory)} of {ByteText.Of(state.Description!.MemoryBytes)} free")
            : NodeOutcome.Done(state with { Assignments = state.Assignments.Add(assignment) });
    }

    public static NodeOutcome Stop(NodeState state, LeaseHold hold)
    {
        if (state.Stopped.Contains(hold)) return NodeOutcome.Unchanged;
        var next = state with { Stopped = Latest(state.Stopped, hold, StoppedMax) };
        if (state.Find(hold) is { } held) next = next with { Assignments = state.Assignments.Replace(held, held with { Directive = Directive.Stop }) };
        return NodeOutcome.Done(next);
    }

    /// <summary>Ends one run of the agent. Told again it changes nothing, and the leases can still be read from the state.</summary>
    public static NodeOutcome End(NodeState state, string incarnation, NodeStatus to, string reason)
    {
        if (incarnation != state.Incarnation || state.IsGone) return NodeOutcome.Unchanged;
        return NodeOutcome.Done(to is NodeStatus.Left ? Step(ToDraining(state), NodeStatus.Left, reason) : Step(state, NodeStatus.Lost, reason));
    }

    public static NodeOutcome Move(NodeState state, NodeStatus to, string reason)
    {
        if (state.Status is not { } from) return NodeOutcome.Refused("the node never joined");
        if (from == to) return NodeOutcome.Unchanged;
        var byOperator = to is NodeStatus.Ready or NodeStatus.Cordoned or NodeStatus.Draining && from is not NodeStatus.Joining;
        return byOperator && Transitions.Contains((from, to)) ? NodeOutcome.Done(Step(state, to, reason)) : new(new NodeDecision.Illegal(from, to), null);
    }

    private static bool IsMeasure(double value) => value is >= 0 and <= MeasureMax;

    private static bool IsAt(string endpoint, string address) =>
        endpoint.Length <= WireLimits.EndpointCharsMax && IPEndPoint.TryParse(endpoint, out var parsed) && parsed.Port > 0 && IPAddress.TryParse(address, out var own) && parsed.Address.Equals(own);

    private static NodeState Join(NodeState state, NodeReport report)
    {
        var ended = state.IsGone ? state : Step(state, NodeStatus.Lost, "its agent runs anew");
        var joining = (ended.Status is null ? ended with { Status = NodeStatus.Joining } : Step(ended, NodeStatus.Joining, null)) with
        {
            Description = report.Description,
            Incarnation = report.Incarnation,
            Assignments = [],
            Past = state.Incarnation.Length == 0 ? state.Past : Latest(state.Past, state.Incarnation, PastMax),
        };
        return Step(joining, NodeStatus.Ready, null);
    }

    private static NodeOutcome Change(NodeState state, Assignment held, Assignment asked)
    {
        var pipeline = asked.Pipeline?.IsNewerThan(held.Pipeline) == true ? asked.Pipeline : held.Pipeline;
        var directive = asked.Directive > held.Directive ? asked.Directive : held.Directive;
        if (pipeline == held.Pipeline && directive == held.Directive) return NodeOutcome.Unchanged;
        return NodeOutcome.Done(state with { Assignments = state.Assignments.Replace(held, held with { Pipeline = pipeline, Directive = directive }) });
    }

    private static NodeState ToDraining(NodeState state) => state.Status is NodeStatus.Draining ? state : Step(state, NodeStatus.Draining, state.Why);

    private static NodeState Step(NodeState state, NodeStatus to, string? why)
    {
        if (state.Status is not { } from || !Transitions.Contains((from, to)))
            throw new InvalidOperationException($"A node cannot go from {state.Status} to {to}.");
        return state with { Status = to, Why = why is null ? null : Leases.LeaseRules.OneLine(why) };
    }

    private static bool Same(NodeDescription left, NodeDescription right) => left with { Tee = right.Tee } == right && left.Tee.SequenceEqual(right.Tee);

    private static ImmutableArray<T> Latest<T>(ImmutableArray<T> list, T added, int max) => [.. list.Append(added).TakeLast(max)];
}
