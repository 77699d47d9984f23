using CsCheck;
using SwarmCompute.Grains.Nodes;
using SwarmCompute.TestKit;

namespace SwarmCompute.Grains.Tests.Nodes;

public sealed class NodeRulesTests
{
    private const int Slots = 3;
    private const long Memory = 4L << 30;

    private static readonly NodeId Node = new("node-1");
    private static readonly Gen<LeaseHold> Holds = Gen.Select(Gen.Int[0, 4], Gen.UInt[1, 3], (slot, epoch) => new LeaseHold(new LeaseId(new OrderId(1), slot), new LeaseEpoch(epoch)));
    private static readonly Gen<string> Incarnations = Gen.Int[1, 3].Select(i => $"run-{i}");

    private static readonly Gen<Func<NodeState, NodeState>> Calls = Gen.OneOf<Func<NodeState, NodeState>>(
        Gen.Select(Incarnations, Holds.List[0, 4], (run, guests) => (Func<NodeState, NodeState>)(s => Synced(s, run, [.. guests.Distinct()]))),
        Gen.Select(Holds, Incarnations, Pick.One(Directive.Run, Directive.Finish), Gen.Long[0, 2], Gen.Long[0, 3L << 30], (hold, run, what, generation, memory) =>
            (Func<NodeState, NodeState>)(s => NodeRules.Assign(s, Assignment(hold, run, what, generation, memory)).Next ?? s)),
        Holds.Select(hold => (Func<NodeState, NodeState>)(s => NodeRules.Stop(s, hold).Next ?? s)),
        Incarnations.Select(run => (Func<NodeState, NodeState>)(s => NodeRules.End(s, run, NodeStatus.Lost, "gone").Next ?? s)),
        Incarnations.Select(run => (Func<NodeState, NodeState>)(s => NodeRules.End(s, run, NodeStatus.Left, "stops").Next ?? s)),
        Pick.One(NodeStatus.Ready, NodeStatus.Cordoned, NodeStatus.Draining).Select(to => (Func<NodeState, NodeState>)(s => NodeRules.Move(s, to, "operator").Next ?? s)));

    [Fact]
    public void The_state_machine_is_as_reviewed() => Golden.Equal("node-states.txt", States.Print(NodeRules.Transitions));

    [Fact]
    public void A_node_never_holds_more_than_its_slots() => Walk((_, after) => Assert.True(after.Assignments.Length <= Slots));

    [Fact]
    public void A_node_never_sets_aside_more_memory_than_it_has() => Walk((_, after) => Assert.True(after.Assignments.Sum(a => a.MemoryBytes) <= Memory));

    [Fact]
    public void A_stage_that_needs_more_memory_than_is_free_is_refused_with_the_figures()
    {
        var state = Synced(new NodeState(), "run-1", []);
        state = NodeRules.Assign(state, Assignment(new LeaseHold(new LeaseId(new OrderId(1), 0), new LeaseEpoch(1)), "run-1", Directive.Run, 0, 3L << 30)).Next!;
        var refused = Assert.IsType<NodeDecision.Refused>(NodeRules.Assign(state, Assignment(new LeaseHold(new LeaseId(new OrderId(1), 1), new LeaseEpoch(1)), "run-1", Directive.Run, 0, 2L << 30)).Decision);
        Assert.Equal("2.0 GiB of memory asked for, 1.0 GiB of 4.0 GiB free", refused.Reason);
    }

    [Theory]
    [InlineData(-1, "127.0.0.1:1", 0.0)]
    [InlineData(1, "127.0.0.2:1", 0.0)]
    [InlineData(1, "127.0.0.1", 0.0)]
    [InlineData(1, "127.0.0.1:1", double.NaN)]
    public void A_measure_that_cannot_be_is_refused(long memory, string endpoint, double x)
    {
        var report = Report("run-1", []);
        report = report with { Description = report.Description with { MemoryBytes = memory, Endpoint = endpoint }, Position = new NetworkPosition(x, 0, 0, NetworkPosition.HeightMin, 1) };
        Assert.NotNull(NodeRules.Refusal(Node, new NodeState(), report));
    }

    [Fact]
    public void A_lease_that_was_stopped_never_runs_here_again() => Walk((_, after) =>
        Assert.DoesNotContain(after.Assignments, a => a.Directive is not Directive.Stop && after.Stopped.Contains(new LeaseHold(a.Lease, a.Epoch))));

    [Fact]
    public void A_directive_and_a_generation_never_fall() => Walk((before, after) =>
    {
        foreach (var held in after.Assignments)
        {
            if (before.Incarnation != after.Incarnation || before.Find(new LeaseHold(held.Lease, held.Epoch)) is not { } earlier) continue;
            Assert.True(held.Directive >= earlier.Directive);
            Assert.True((held.Pipeline?.Generation ?? 0) >= (earlier.Pipeline?.Generation ?? 0));
        }
    });

    [Fact]
    public void A_new_run_of_the_agent_holds_nothing_and_the_old_one_never_comes_back() => Walk((before, after) =>
    {
        if (before.Incarnation == after.Incarnation) return;
        Assert.Empty(after.Assignments);
        Assert.NotNull(NodeRules.Refusal(Node, after, Report(before.Incarnation.Length == 0 ? "" : before.Incarnation, [])));
    });

    [Fact]
    public void Every_move_is_in_the_table_or_a_new_run() => Walk((before, after) =>
    {
        if (before.Status is not { } from || after.Status is not { } to || from == to || before.Incarnation != after.Incarnation) return;
        var left = to is NodeStatus.Left && from is NodeStatus.Ready or NodeStatus.Cordoned;      // by way of Draining
        Assert.True(left || NodeRules.Transitions.Contains((from, to)), $"{from} -> {to}");
    });

    [Fact]
    public void A_node_that_is_gone_still_says_what_it_held_so_that_it_can_be_replaced()
    {
        var hold = new LeaseHold(new LeaseId(new OrderId(1), 0), new LeaseEpoch(1));
        var held = NodeRules.Assign(Synced(new NodeState(), "run-1", []), Assignment(hold, "run-1", Directive.Run, 0)).Next!;
        var lost = NodeRules.End(held, "run-1", NodeStatus.Lost, "silo dead").Next!;
        Assert.Equal(0, lost.Free);
        Assert.NotNull(lost.Find(hold));
        Assert.IsType<NodeDecision.Unchanged>(NodeRules.End(lost, "run-1", NodeStatus.Lost, "again").Decision);
    }

    [Fact]
    public void A_draining_node_leaves_when_its_last_guest_is_gone()
    {
        var hold = new LeaseHold(new LeaseId(new OrderId(1), 0), new LeaseEpoch(1));
        var state = NodeRules.Assign(Synced(new NodeState(), "run-1", []), Assignment(hold, "run-1", Directive.Run, 0)).Next!;
        state = NodeRules.Stop(NodeRules.Move(state, NodeStatus.Draining, "maintenance").Next!, hold).Next!;
        Assert.Equal(NodeStatus.Draining, Synced(state, "run-1", [hold]).Status);
        Assert.Equal(NodeStatus.Left, Synced(state, "run-1", []).Status);
    }

    [Theory]
    [InlineData(NodeStatus.Cordoned, "the node is Cordoned")]
    [InlineData(NodeStatus.Draining, "the node is Draining")]
    public void A_node_that_takes_no_leases_says_so(NodeStatus status, string reason)
    {
        var state = NodeRules.Move(Synced(new NodeState(), "run-1", []), status, "operator").Next!;
        var refused = Assert.IsType<NodeDecision.Refused>(NodeRules.Assign(state, Assignment(new LeaseHold(new LeaseId(new OrderId(1), 0), new LeaseEpoch(1)), "run-1", Directive.Run, 0)).Decision);
        Assert.Equal(reason, refused.Reason);
    }

    private static void Walk(Action<NodeState, NodeState> check) => Calls.List[1, 40].Sample(calls =>
    {
        var state = new NodeState();
        foreach (var call in calls)
        {
            var after = call(state);
            check(state, after);
            state = after;
        }
    });

    private static NodeState Synced(NodeState state, string run, ImmutableArray<LeaseHold> guests) =>
        NodeRules.Refusal(Node, state, Report(run, guests)) is null ? NodeRules.Sync(state, Report(run, guests)) : state;

    private static NodeReport Report(string run, ImmutableArray<LeaseHold> guests) =>
        new(new NodeDescription(Node, Slots, "127.0.0.1", default, ["development"], default) { MemoryBytes = Memory }, run, guests);

    private static Assignment Assignment(LeaseHold hold, string run, Directive directive, long generation, long memory = 0) => new()
    {
        Lease = hold.Lease,
        Epoch = hold.Epoch,
        Incarnation = run,
        Provider = default,
        Offer = default,
        Manifest = [],
        Pipeline = generation == 0 ? null : new PipelineMap(generation, []),
        Directive = directive,
        MemoryBytes = memory,
    };
}
