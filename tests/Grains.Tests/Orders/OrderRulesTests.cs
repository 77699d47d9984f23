using SwarmCompute.Chain;
using SwarmCompute.Grains.Orders;
using SwarmCompute.TestKit;

namespace SwarmCompute.Grains.Tests.Orders;

public sealed class OrderRulesTests
{
    private static readonly OrderId Order = new(7);
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_state_machine_is_as_reviewed() => Golden.Equal("order-phases.txt", States.Print(OrderRules.Transitions));

    [Theory]
    [InlineData(OrderPhase.Completed), InlineData(OrderPhase.Cancelled), InlineData(OrderPhase.Expired)]
    public void An_order_that_is_over_stays_so(OrderPhase over) =>
        Assert.All(Enum.GetValues<OrderPhase>(), to => Assert.Equal(to == over, OrderRules.MayFollow(over, to)));

    [Theory]
    [InlineData(OrderPhase.Open), InlineData(OrderPhase.Matching), InlineData(OrderPhase.Provisioning), InlineData(OrderPhase.Running)]
    public void Whatever_the_chain_may_say_next_can_be_shown(OrderPhase from) =>
        Assert.All(Enum.GetValues<OrderPhase>().Where(p => p is not OrderPhase.Open), to => Assert.True(OrderRules.MayFollow(from, to)));

    [Fact]
    public void Two_guests_that_lost_each_other_cost_one_lease()
    {
        var leases = Leases(3).SetItem(0, Lease(0) with { LostPeers = [Lost(1)] }).SetItem(1, Lease(1) with { LostPeers = [Lost(0), Lost(2)] });
        Assert.Equal([1], OrderRules.Losses(leases, Nodes(), Now).Select(l => l.Lease.Slot));
    }

    [Fact]
    public void Who_accuses_a_former_epoch_changes_nothing()
    {
        var leases = Leases(2).SetItem(0, Lease(0) with { LostPeers = [new LostPeer(1, LeaseEpoch.None, "gone")] });
        Assert.Empty(OrderRules.Losses(leases, Nodes(), Now));
    }

    [Fact]
    public void A_guest_that_is_itself_lost_accuses_nobody()
    {
        var leases = Leases(2).SetItem(0, Lease(0) with { LostPeers = [Lost(1)] });
        var loss = Assert.Single(OrderRules.Losses(leases, [Node(0) with { Status = NodeStatus.Lost, Why = "its silo is dead" }, Node(1)], Now));
        Assert.Equal((0, "node-0 is Lost: its silo is dead"), (loss.Lease.Slot, loss.Reason));
    }

    [Theory]
    [InlineData("incarnation", "node-0's agent runs anew")]
    [InlineData("left", "node-0 is Left")]
    [InlineData("silent", "node-0 was silent for 11 s")]
    public void A_lease_falls_with_its_node(string what, string reason)
    {
        var node = what switch
        {
            "incarnation" => Node(0) with { Incarnation = "2" },
            "left" => Node(0) with { Status = NodeStatus.Left },
            _ => Node(0) with { Silence = TimeSpan.FromSeconds(11) },
        };
        Assert.Equal(reason, Assert.Single(OrderRules.Losses(Leases(1), [node], Now)).Reason);
    }

    [Fact]
    public void A_node_that_the_registry_does_not_know_is_not_held_against_a_lease() => Assert.Empty(OrderRules.Losses(Leases(2), [], Now));

    [Fact]
    public void A_guest_that_never_gets_attested_is_given_up()
    {
        var stuck = Lease(0) with { Status = LeaseStatus.Attesting, Identity = null, Since = Now - TimeSpan.FromMinutes(3) };
        Assert.Equal("not attested within 120 s", Assert.Single(OrderRules.Losses([stuck], Nodes(), Now)).Reason);
    }

    [Fact]
    public void A_first_loss_is_replaced_at_once_and_guests_that_keep_failing_later_and_later()
    {
        var once = Lease(0) with { Lost = [Loss(hadRun: false)] };
        var thrice = Lease(0) with { Lost = [Loss(hadRun: false), Loss(hadRun: false), Loss(hadRun: false)] };
        var afterRunning = Lease(0) with { Lost = [Loss(hadRun: false), Loss(hadRun: false), Loss(hadRun: true)] };
        var always = Lease(0) with { Lost = [.. Enumerable.Repeat(Loss(hadRun: false), 16)] };
        Assert.True(OrderRules.RestartAt(once) <= Now);
        Assert.Equal(Now + TimeSpan.FromSeconds(2), OrderRules.RestartAt(thrice));
        Assert.True(OrderRules.RestartAt(afterRunning) <= Now);
        Assert.Equal(Now + TimeSpan.FromSeconds(30), OrderRules.RestartAt(always));
    }

    [Fact]
    public void The_map_rises_when_a_guest_changes_and_only_then()
    {
        var first = OrderRules.NextMap(null, Leases(2))!;
        Assert.Equal(1, first.Generation);
        Assert.Same(first, OrderRules.NextMap(first, Leases(2)));
        Assert.Same(first, OrderRules.NextMap(first, Leases(2).SetItem(1, Lease(1) with { Status = LeaseStatus.Lost })));
        var successor = Lease(1) with { Grant = Lease(1).Grant! with { Epoch = new LeaseEpoch(2) } };
        Assert.Equal(2, OrderRules.NextMap(first, Leases(2).SetItem(1, successor))!.Generation);
    }

    [Fact]
    public void A_pipeline_is_ready_when_every_stage_stands_in_the_current_generation()
    {
        var map = OrderRules.NextMap(null, Leases(2))!;
        Assert.True(OrderRules.IsReady(map, Leases(2)));
        Assert.False(OrderRules.IsReady(map with { Generation = 2 }, Leases(2)));
        Assert.False(OrderRules.IsReady(map, Leases(2).SetItem(1, Lease(1) with { ReadyGeneration = 0 })));
    }

    [Fact]
    public void The_next_epoch_is_above_the_swarms_and_the_chains()
    {
        var lost = Lease(0) with { Status = LeaseStatus.Lost, Fence = new LeaseEpoch(5) };
        Assert.Equal(5u, OrderRules.NextEpoch(View(OrderStatus.Running), lost).Value);
        Assert.Equal(10u, OrderRules.NextEpoch(View(OrderStatus.Running) with { Leases = [new LeaseOnChain(0, new LeaseEpoch(9), default, default, default, 0)] }, lost).Value);
    }

    [Fact]
    public void An_order_that_closes_wants_only_a_head_and_one_with_its_report_wants_nothing()
    {
        var lost = Leases(3).Select(l => l with { Status = LeaseStatus.Lost }).ToImmutableArray();
        Assert.Equal([0, 1, 2], OrderRules.Wanted(View(OrderStatus.Running), lost, hasReport: false, Now));
        Assert.Equal([0], OrderRules.Wanted(View(OrderStatus.Closing), lost, hasReport: false, Now));
        Assert.Empty(OrderRules.Wanted(View(OrderStatus.Closing), lost, hasReport: true, Now));
        Assert.Empty(OrderRules.Wanted(View(OrderStatus.Completed), lost, hasReport: false, Now));
    }

    [Fact]
    public void An_order_near_its_end_finishes_by_itself_and_one_that_never_ran_is_not_begun()
    {
        var running = View(OrderStatus.Running) with { EndsAt = Now + TimeSpan.FromSeconds(30) };
        Assert.Equal(Directive.Finish, OrderRules.DirectiveFor(running, 0, Now));
        Assert.Equal(Directive.Run, OrderRules.DirectiveFor(running, 1, Now));
        Assert.Empty(OrderRules.Wanted(running with { Status = OrderStatus.Open }, [Lease(0) with { Status = null, Grant = null }], hasReport: false, Now));
    }

    [Fact]
    public void The_chain_must_know_every_lease_before_the_order_runs()
    {
        var facts = Facts(View(OrderStatus.Open), Leases(2));
        Assert.Equal(OrderPhase.Provisioning, OrderRules.Phase(facts));
        Assert.Contains("confirmed", OrderRules.Why(facts), StringComparison.Ordinal);
        Assert.Equal(OrderPhase.Running, OrderRules.Phase(facts with { View = View(OrderStatus.Running) }));
    }

    [Fact]
    public void A_manifest_of_another_authority_or_size_can_never_run()
    {
        var manifest = new Manifest(Manifest.LlamaCpp, new ModelReference(default, 1), 2, 512, 1, [Manifest.Development], default);
        Assert.Null(OrderRules.Refusal(View(OrderStatus.Open) with { Slots = 2 }, manifest));
        Assert.Contains("stages", OrderRules.Refusal(View(OrderStatus.Open) with { Slots = 3 }, manifest), StringComparison.Ordinal);
        Assert.Contains("authority", OrderRules.Refusal(View(OrderStatus.Open) with { Slots = 2, AuthorityKeyHash = Hash32.Sha256("other"u8) }, manifest), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_running_stage_but_the_head_gets_a_standby_where_the_manifest_wants_one()
    {
        Assert.Equal([1, 2], Wanted(Leases(3)));
        Assert.Empty(Wanted(Leases(3), standby: false));
        Assert.Equal([2], Wanted(Leases(3).SetItem(1, Lease(1) with { Next = Next(1) })));
        Assert.Equal([1], Wanted(Leases(3).SetItem(2, Lease(2) with { Status = LeaseStatus.Attested })));
    }

    [Fact]
    public void No_standby_is_prepared_while_a_slot_has_no_lease_or_the_order_finishes()
    {
        Assert.Empty(Wanted(Leases(3).SetItem(0, Lease(0) with { Status = LeaseStatus.Lost })));
        Assert.Empty(OrderRules.StandbysWanted(View(OrderStatus.Closing), Wants(true), Leases(3), Nodes(), hasReport: false, Now));
        Assert.Empty(OrderRules.StandbysWanted(View(OrderStatus.Running), Wants(true), Leases(3), Nodes(), hasReport: true, Now));
    }

    [Fact]
    public void A_stage_on_a_draining_node_is_not_lost_but_gets_a_successor()
    {
        var nodes = Nodes().SetItem(1, Node(1) with { Status = NodeStatus.Draining });
        Assert.Empty(OrderRules.Losses(Leases(3), nodes, Now));
        Assert.Equal([1], OrderRules.StandbysWanted(View(OrderStatus.Running), Wants(false), Leases(3), nodes, hasReport: false, Now));
        nodes = Nodes().SetItem(0, Node(0) with { Status = NodeStatus.Draining });
        Assert.Empty(OrderRules.Losses(Leases(3), nodes, Now));
        Assert.Equal([0], OrderRules.StandbysWanted(View(OrderStatus.Running), Wants(false), Leases(3), nodes, hasReport: false, Now));
        var starting = Leases(3).SetItem(0, Lease(0) with { Status = LeaseStatus.Attested });
        Assert.Equal([0], OrderRules.Losses(starting, nodes, Now).Select(l => l.Lease.Slot));
    }

    [Fact]
    public void A_stage_that_has_become_slow_gets_a_successor_and_hands_over_to_it()
    {
        var leases = Leases(3).SetItem(1, Lease(1) with { SlowPercent = 450 });
        Assert.Equal([1], Wanted(leases, standby: false));
        leases = leases.SetItem(1, leases[1] with { Next = Next(1) with { Lag = 0, Since = Now } });
        Assert.Equal(new LeaseLoss(Lease(1).Id, new LeaseEpoch(2), "its calls take 450 % of their time before"), OrderRules.HandOver(OrderRules.NextMap(null, leases), leases, Nodes(), Now));
    }

    [Theory]
    [InlineData(0, 0, true), InlineData(2, 0, true), InlineData(3, 0, false), InlineData(null, 0, false), InlineData(null, 3, true)]
    public void A_slot_is_handed_over_once_its_standby_has_caught_up_or_was_waited_for_long_enough(int? lag, int minutes, bool handsOver)
    {
        var leases = Leases(2).SetItem(1, Lease(1) with { Next = Next(1) with { Lag = lag, Since = Now - TimeSpan.FromMinutes(minutes) } });
        var map = OrderRules.NextMap(null, leases);
        var due = OrderRules.HandOver(map, leases, Nodes().SetItem(1, Node(1) with { Status = NodeStatus.Draining, Why = "maintenance" }), Now);
        Assert.Equal(handsOver ? new LeaseLoss(Lease(1).Id, new LeaseEpoch(2), "node-1 is Draining: maintenance") : null, due);
        Assert.Null(OrderRules.HandOver(map, leases, Nodes(), Now));
    }

    [Theory]
    [InlineData(true, 0, true), InlineData(false, 0, false), InlineData(false, 3, true)]
    public void A_head_is_handed_over_once_its_successor_is_loaded_or_was_waited_for_long_enough(bool loaded, int minutes, bool handsOver)
    {
        var leases = Leases(2).SetItem(0, Lease(0) with { Next = Next(0) with { IsLoaded = loaded, Since = Now - TimeSpan.FromMinutes(minutes) } });
        var map = OrderRules.NextMap(null, leases);
        var due = OrderRules.HandOver(map, leases, Nodes().SetItem(0, Node(0) with { Status = NodeStatus.Draining }), Now);
        Assert.Equal(handsOver ? new LeaseLoss(Lease(0).Id, new LeaseEpoch(2), "node-0 is Draining") : null, due);
        Assert.Null(OrderRules.HandOver(map, leases, Nodes(), Now));
    }

    [Fact]
    public void A_standby_falls_with_its_node_or_where_that_drains_and_its_holder_does_not()
    {
        var leases = Leases(2).SetItem(1, Lease(1) with { Next = Next(1) });
        var nodes = Nodes().SetItem(2, Node(2) with { Status = NodeStatus.Draining });
        var loss = Assert.Single(OrderRules.StandbyLosses(leases, nodes, Now));
        Assert.Equal((1, 2u, "node-2 is Draining"), (loss.Lease.Slot, loss.Epoch.Value, loss.Reason));
        Assert.Empty(OrderRules.Losses(leases, nodes, Now));
        Assert.Empty(OrderRules.StandbyLosses(leases, Nodes(), Now));
    }

    [Fact]
    public void A_standby_changes_the_map_but_not_its_generation()
    {
        var alone = OrderRules.NextMap(null, Leases(2))!;
        var followed = OrderRules.NextMap(alone, Leases(2).SetItem(1, Lease(1) with { Next = Next(1) }))!;
        Assert.Equal((1L, 1L, 2u), (followed.Generation, followed.Revision, followed.StandbyOf(1)!.Epoch.Value));
        Assert.True(followed.IsNewerThan(alone));
        Assert.Same(followed, OrderRules.NextMap(followed, Leases(2).SetItem(1, Lease(1) with { Next = Next(1) })));
        Assert.Equal((1L, 2L), (OrderRules.NextMap(followed, Leases(2))!.Generation, OrderRules.NextMap(followed, Leases(2))!.Revision));
        Assert.Same(alone, OrderRules.NextMap(alone, Leases(2).SetItem(1, Lease(1) with { Next = Next(1) with { Identity = null } })));
    }

    private static ImmutableArray<int> Wanted(ImmutableArray<LeaseSnapshot> leases, bool standby = true) =>
        OrderRules.StandbysWanted(View(OrderStatus.Running), Wants(standby), leases, Nodes(), hasReport: false, Now);

    private static Manifest Wants(bool standby) =>
        new(Manifest.LlamaCpp, new ModelReference(default, 1), 3, 512, 1, [Manifest.Development], default) { Standby = standby };

    private static NextLease Next(int slot) => new()
    {
        Grant = Lease(slot).Grant! with { Epoch = new LeaseEpoch(2), Node = new NodeId("node-2") },
        Status = LeaseStatus.Attested,
        Since = Now,
        Identity = Lease(slot).Identity,
    };

    private static OrderFacts Facts(OrderView view, ImmutableArray<LeaseSnapshot> leases) =>
        new() { Order = Order, View = view, Leases = leases, Map = OrderRules.NextMap(null, leases), Now = Now };

    private static ImmutableArray<LeaseSnapshot> Leases(int count) => [.. Enumerable.Range(0, count).Select(Lease)];

    private static LeaseSnapshot Lease(int slot) => new()
    {
        Id = new LeaseId(Order, slot),
        Fence = new LeaseEpoch(1),
        Grant = new LeaseGrant(new LeaseEpoch(1), new NodeId($"node-{slot}"), "1", default, default, default, default),
        Status = LeaseStatus.Running,
        Since = Now,
        ReadyGeneration = 1,
        Identity = new GuestIdentity
        {
            KeyX = default,
            KeyY = default,
            LeaseSignature = [],
            CertificateDer = [1],
            AuthorityDer = [],
            OverlayEndpoint = $"127.0.0.1:{slot + 1}",
            EvidenceType = "development",
            Measurement = default,
        },
    };

    private static ImmutableArray<NodeSnapshot> Nodes() => [Node(0), Node(1), Node(2)];

    private static NodeSnapshot Node(int slot) =>
        new() { Description = new NodeDescription(new NodeId($"node-{slot}"), 1, "127.0.0.1", default, ["development"], default), Incarnation = "1", Status = NodeStatus.Ready, Free = 0 };

    private static LostPeer Lost(int slot) => new(slot, new LeaseEpoch(1), "connection broken");

    private static LostLease Loss(bool hadRun) => new(0, new LeaseEpoch(1), new NodeId("node-0"), "failed", Now, hadRun);

    private static OrderView View(OrderStatus status) => new()
    {
        Status = status,
        Customer = default,
        ManifestHash = default,
        Deposit = default,
        UnitPrice = default,
        ComputePrice = default,
        Token = default,
        Events = 1,
        Slots = 3,
        AuthorityKeyHash = default,
        EndsAt = DateTimeOffset.MaxValue,
    };
}
