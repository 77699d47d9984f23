using CsCheck;
using SwarmCompute.Grains.Scheduling;

namespace SwarmCompute.Grains.Tests.Scheduling;

public sealed class PlacerTests
{
    private static readonly Gen<ImmutableArray<NodeSnapshot>> Swarms =
        Gen.Select(Gen.Int[0, 4], Pick.One(NodeStatus.Ready, NodeStatus.Ready, NodeStatus.Cordoned, NodeStatus.Lost), Pick.One("development", "tdx"), Gen.Int[0, 5])
            .Array[0, 6].Select(nodes => nodes.Select((n, i) => Node($"node-{i + 1}", n.Item1, n.Item2, n.Item3, TimeSpan.FromSeconds(n.Item4))).ToImmutableArray());

    private static readonly Gen<Ask> Asks = Gen.Select(Gen.Int[1, 6], Gen.Int[1, 6].List[0, 3], (slots, used) =>
        new Ask([.. Enumerable.Range(0, slots)], [.. used.Select(u => new NodeId($"node-{u}"))], ["development"], ImmutableDictionary<NodeId, string>.Empty));

    [Fact]
    public void Every_slot_gets_one_seat_and_no_node_more_than_it_has() => Gen.Select(Asks, Swarms).Sample((ask, nodes) =>
    {
        if (Placer.Place(ask, nodes) is not Placement.On on) return;
        Assert.Equal(ask.Slots, on.Seats.Select(s => s.Slot));
        foreach (var seats in on.Seats.GroupBy(s => s.Node.Description.Id)) Assert.True(seats.Count() <= seats.First().Node.Free);
    });

    [Fact]
    public void Only_ready_nodes_that_were_heard_lately_and_have_the_tee_are_chosen() => Gen.Select(Asks, Swarms).Sample((ask, nodes) =>
    {
        if (Placer.Place(ask, nodes) is Placement.On on) Assert.All(on.Seats, s => Assert.True(Fits(s.Node)));
    });

    [Fact]
    public void Slots_stay_unplaced_only_when_there_are_too_few_and_every_node_says_why() => Gen.Select(Asks, Swarms).Sample((ask, nodes) =>
    {
        if (Placer.Place(ask, nodes) is not Placement.Nowhere nowhere) return;
        Assert.True(nodes.Where(Fits).Sum(n => n.Free) < ask.Slots.Length);
        Assert.Equal(nodes.Select(n => n.Description.Id), nowhere.Reasons.Select(r => r.Node));
    });

    [Fact]
    public void Stages_take_distinct_nodes_while_there_are_enough() => Gen.Select(Asks, Swarms).Sample((ask, nodes) =>
    {
        if (!ask.Used.IsEmpty || Placer.Place(ask, nodes) is not Placement.On on) return;
        var eligible = nodes.Count(n => Fits(n) && n.Free > 0);
        Assert.Equal(Math.Min(eligible, ask.Slots.Length), on.Seats.Select(s => s.Node.Description.Id).Distinct().Count());
    });

    [Fact]
    public void The_order_in_which_nodes_are_listed_does_not_matter() => Gen.Select(Asks, Swarms).Sample((ask, nodes) =>
        Assert.Equal(Seats(Placer.Place(ask, nodes)), Seats(Placer.Place(ask, [.. nodes.Reverse()]))));

    [Fact]
    public void A_node_that_just_refused_is_not_asked_again()
    {
        var ask = new Ask([0], [], ["development"], ImmutableDictionary<NodeId, string>.Empty.Add(new NodeId("node-1"), "it says no"));
        var nowhere = Assert.IsType<Placement.Nowhere>(Placer.Place(ask, [Node("node-1", 4, NodeStatus.Ready, "development", TimeSpan.Zero)]));
        Assert.Equal("1 slots have no node: node-1: it says no", nowhere.Why);
    }

    [Theory]
    [InlineData("node-2", "node-1", "node-2")]
    [InlineData("node-1", "node-1")]
    public void A_node_that_has_just_lost_the_slot_gets_it_again_only_where_no_other_will_do(string chosen, params string[] nodes)
    {
        var ask = new Ask([0], [new NodeId("node-2")], ["development"], ImmutableDictionary<NodeId, string>.Empty) { Suspects = [new NodeId("node-1")] };
        var on = Assert.IsType<Placement.On>(Placer.Place(ask, [.. nodes.Select(n => Node(n, 4, NodeStatus.Ready, "development", TimeSpan.Zero))]));
        Assert.Equal(chosen, on.Seats.Single().Node.Description.Id.Value);
    }

    [Fact]
    public void The_reasons_make_one_line()
    {
        var ask = new Ask([0, 1], [], ["development"], ImmutableDictionary<NodeId, string>.Empty);
        ImmutableArray<NodeSnapshot> nodes =
        [
            Node("node-1", 1, NodeStatus.Ready, "development", TimeSpan.Zero), Node("node-2", 3, NodeStatus.Lost, "development", TimeSpan.Zero),
            Node("node-3", 3, NodeStatus.Ready, "tdx", TimeSpan.Zero), Node("node-4", 3, NodeStatus.Ready, "development", TimeSpan.FromSeconds(7)),
        ];
        var nowhere = Assert.IsType<Placement.Nowhere>(Placer.Place(ask, nodes));
        Assert.Equal("1 slots have no node: node-1: 1 of 4 slots free; node-2: Lost; node-3: no TEE of development; node-4: silent for 7 s", nowhere.Why);
    }

    private static bool Fits(NodeSnapshot node) => node.Status is NodeStatus.Ready && node.Silence <= TimeSpan.FromSeconds(3) && node.Description.Tee.Contains("development");

    private static string Seats(Placement placement) =>
        placement is Placement.On on ? string.Join(", ", on.Seats.Select(s => $"{s.Slot}:{s.Node.Description.Id}")) : "nowhere";

    private static NodeSnapshot Node(string id, int free, NodeStatus status, string tee, TimeSpan silence) =>
        new() { Description = new NodeDescription(new NodeId(id), 4, "127.0.0.1", default, [tee], default), Incarnation = "1", Status = status, Free = free, Silence = silence };
}
