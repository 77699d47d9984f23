using CsCheck;
using SwarmCompute.Grains.Scheduling;

namespace SwarmCompute.Grains.Tests.Scheduling;

public sealed class RingPlacementTests
{
    private const long GiB = 1L << 30, Light = 100L << 20;

    private static readonly Gen<NodeSnapshot> Nodes = Gen.Select(Gen.Int[1, 99], Gen.Int[1, 3], Gen.Long[1, 6], Gen.Int[0, 4], Gen.Double[0, 60], Gen.Bool, (id, free, memory, speed, x, known) =>
        Node($"node-{id:00}", free, memory * GiB, speed * 5e9, known ? x : null));

    private static readonly Gen<(Ask Ask, ImmutableArray<NodeSnapshot> Nodes)> Cases =
        Gen.Select(Gen.Long[1, 4].Array[1, 6], Nodes.Array[1, 9], (memory, nodes) =>
            (Ask([.. memory.Select(m => m * GiB)]), nodes.DistinctBy(n => n.Description.Id).ToImmutableArray()));

    [Fact]
    public void No_node_gets_more_than_it_has_memory_for() => Cases.Sample(at =>
    {
        if (Placer.Place(at.Ask, at.Nodes) is not Placement.On on) return;
        Assert.Equal(at.Ask.Slots, on.Seats.Select(s => s.Slot));
        foreach (var seats in on.Seats.GroupBy(s => s.Node.Description.Id))
        {
            Assert.True(seats.Sum(s => at.Ask.MemoryOf(s.Slot)) <= seats.First().Node.FreeMemory);
            Assert.True(seats.Count() <= seats.First().Node.Free);
        }
    });

    [Fact]
    public void Measures_never_make_a_ring_slower_nor_crowd_a_node() => Cases.Sample(at =>
    {
        var room = new SeatRoom(at.Ask, [.. at.Nodes.OrderBy(n => n.Description.Id.Value, StringComparer.Ordinal)]);
        var roomiest = room.SeatAll(room.Roomiest);
        if (roomiest.Count < at.Ask.Slots.Length) return;
        var on = Assert.IsType<Placement.On>(Placer.Place(at.Ask, at.Nodes));
        var cost = new RingCost(at.Ask, at.Nodes);
        Assert.True(cost.Of(on.Seats) <= cost.Of(roomiest));
        Assert.True(Crowd(on.Seats) <= Crowd(roomiest));
    });

    [Fact]
    public void The_order_in_which_nodes_are_listed_does_not_matter() => Cases.Sample(at =>
        Assert.Equal(Chosen(Placer.Place(at.Ask, at.Nodes)), Chosen(Placer.Place(at.Ask, [.. at.Nodes.Reverse()]))));

    [Fact]
    public void A_ring_stays_on_one_side_where_the_side_has_servers_enough()
    {
        var on = Place(Ask([Light, Light, Light]), Side("a", 0, 3), Side("b", 30, 3));
        Assert.Single(on.Select(s => s.Node.Description.Id.Value[0]).Distinct());
    }

    [Fact]
    public void A_ring_that_needs_both_sides_crosses_only_twice()
    {
        var on = Place(Ask([Light, Light, Light, Light]), [.. Side("a", 0, 1), .. Side("b", 30, 1), .. Side("c", 0, 1), .. Side("d", 30, 1)]);
        var sides = on.Select(s => s.Node.Position!.X).ToList();
        Assert.Equal(2, Enumerable.Range(0, 4).Count(at => sides[at] != sides[(at + 1) % 4]));
    }

    [Fact]
    public void A_lost_stage_comes_back_near_its_neighbours()
    {
        var ask = Ask([Light, Light, Light]) with { Slots = [1], Used = [new NodeId("b1"), new NodeId("b2")], Ring = ImmutableDictionary<int, NodeId>.Empty.Add(0, new NodeId("b1")).Add(2, new NodeId("b2")) };
        Assert.Equal("b3", Place(ask, Side("a", 0, 3), Side("b", 30, 3)).Single().Node.Description.Id.Value);
    }

    [Fact]
    public void Where_there_are_more_stages_than_servers_each_server_has_neighbours()
    {
        var on = Place(Ask([.. Enumerable.Repeat(Light, 6)]), [Node("a", 2, 8 * GiB, 5e9, null), Node("b", 2, 8 * GiB, 5e9, null), Node("c", 2, 8 * GiB, 5e9, null)]);
        Assert.Equal(3, Enumerable.Range(0, 6).Count(at => on[at].Node != on[(at + 1) % 6].Node));
    }

    [Fact]
    public void The_stages_of_a_lost_server_go_to_the_servers_beside_them()
    {
        var (a, c) = (new NodeId("a"), new NodeId("c"));
        var ask = Ask([.. Enumerable.Repeat(Light, 6)]) with
        {
            Slots = [2, 3],
            Used = [a, a, c, c],
            Ring = ImmutableDictionary<int, NodeId>.Empty.Add(0, a).Add(1, a).Add(4, c).Add(5, c),
        };
        Assert.Equal(["a", "c"], Place(ask, [Node("c", 2, 8 * GiB, 5e9, 0), Node("a", 2, 8 * GiB, 5e9, 30)]).Select(s => s.Node.Description.Id.Value));
    }

    [Fact]
    public void The_heaviest_stage_sits_on_the_fastest_server()
    {
        var on = Place(Ask([GiB, 4 * GiB, GiB]), [Node("n1", 1, 8 * GiB, 5e9, 0), Node("n2", 1, 8 * GiB, 5e9, 0), Node("n3", 1, 8 * GiB, 5e10, 0)]);
        Assert.Equal("n3", on.Single(s => s.Slot == 1).Node.Description.Id.Value);
    }

    [Fact]
    public void A_server_that_does_not_know_its_place_is_taken_where_no_near_one_is_free()
    {
        var ask = Ask([Light, Light]);
        Assert.Equal(["a1", "a2"], Place(ask, [Node("a0", 1, 8 * GiB, 5e9, null), .. Side("a", 0, 2)]).Select(s => s.Node.Description.Id.Value).Order());
        Assert.Equal(["a0", "a1"], Place(ask, [Node("a0", 1, 8 * GiB, 5e9, null), .. Side("a", 0, 1)]).Select(s => s.Node.Description.Id.Value).Order());
    }

    [Fact]
    public void Stages_are_packed_tightly_where_they_would_not_fit_otherwise()
    {
        var on = Place(Ask([6 * GiB, 5 * GiB, 5 * GiB]), [Node("n1", 4, 10 * GiB, 5e9, 0), Node("n2", 3, 6 * GiB, 5e9, 0)]);
        Assert.Equal("n2", on[0].Node.Description.Id.Value);
    }

    [Fact]
    public void A_stage_that_no_server_has_memory_for_is_refused_with_the_figures()
    {
        var nowhere = Assert.IsType<Placement.Nowhere>(Placer.Place(Ask([3 * GiB, 5 * GiB]), [Node("n1", 2, 4 * GiB, 0, null), Node("n2", 2, GiB, 0, null)]));
        Assert.Equal("1 slots have no node: n1: 2 of 4 slots free, 4.0 GiB of memory free, stages need 3.0 GiB to 5.0 GiB; n2: 1.0 GiB of memory free, stages need 3.0 GiB to 5.0 GiB", nowhere.Why);
    }

    private static ImmutableArray<Seat> Place(Ask ask, params ImmutableArray<NodeSnapshot>[] nodes) =>
        Assert.IsType<Placement.On>(Placer.Place(ask, [.. nodes.SelectMany(n => n)])).Seats;

    private static ImmutableArray<NodeSnapshot> Side(string name, double x, int count) => [.. Enumerable.Range(1, count).Select(i => Node($"{name}{i}", 1, 8 * GiB, 5e9, x))];

    private static Ask Ask(ImmutableArray<long> memory) => new([.. Enumerable.Range(0, memory.Length)], [], ["development"], ImmutableDictionary<NodeId, string>.Empty) { Memory = memory };

    private static int Crowd(IEnumerable<Seat> seats) => seats.GroupBy(s => s.Node.Description.Id).Sum(g => g.Count() * g.Count());

    private static string Chosen(Placement placement) => placement is Placement.On on ? string.Join(", ", on.Seats.Select(s => $"{s.Slot}:{s.Node.Description.Id}")) : "nowhere";

    private static NodeSnapshot Node(string id, int free, long memory, double speed, double? x) => new()
    {
        Description = new NodeDescription(new NodeId(id), 4, "127.0.0.1", default, ["development"], default) { MemoryBytes = 16 * GiB, BytesPerSecond = speed },
        Incarnation = "1",
        Status = NodeStatus.Ready,
        Free = free,
        FreeMemory = memory,
        Position = x is { } at ? new NetworkPosition(at, 0, 0, NetworkPosition.HeightMin, 0.1) : null,
    };
}
