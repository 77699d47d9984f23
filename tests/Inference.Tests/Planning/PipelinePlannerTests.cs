using CsCheck;

namespace SwarmCompute.Inference.Tests;

public sealed class PipelinePlannerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void For_latency_one_fast_node_that_holds_all_is_enough()
    {
        var plan = Plan(PlanRequests.Plain(PlanAim.Latency, PlanRequests.Node("a", 20_000), PlanRequests.Node("b", 20_000, decode: 11), PlanRequests.Node("c", 20_000)));
        Assert.Equal(["b"], plan.Stages.Select(stage => stage.Node.Value));
    }

    [Fact]
    public void For_throughput_a_node_of_twice_the_speed_has_twice_the_layers()
    {
        var plan = Plan(PlanRequests.Plain(PlanAim.Throughput, PlanRequests.Node("a", 20_000, 10, 100), PlanRequests.Node("b", 20_000, 20, 200)));
        Assert.Equal(8, plan.Stages.Single(stage => stage.Node.Value == "b").Layers.Count);
    }

    [Fact]
    public void Equal_nodes_come_in_the_order_of_their_ids()
    {
        var plan = Plan(PlanRequests.Plain(PlanAim.Throughput, PlanRequests.Node("c", 5_000), PlanRequests.Node("b", 5_000), PlanRequests.Node("a", 5_000)));
        Assert.Equal(["a", "b", "c"], plan.Stages.Select(stage => stage.Node.Value));
    }

    [Theory, InlineData(4, 3_600), InlineData(10, 2_500)]
    public void Neighbours_stay_together_in_the_ring(int count, long memory)
    {
        PlanCandidate[] nodes = [.. Enumerable.Range(0, count).Select(i => PlanRequests.Node($"{(i % 2 == 0 ? 'a' : 'b')}{i}", memory))];
        var far = new HashSet<(NodeId, NodeId)>(from one in nodes from other in nodes where one.Node.Value[0] != other.Node.Value[0] select (one.Node, other.Node));
        var request = PlanRequests.Plain(PlanAim.Throughput, nodes);
        var plan = Plan(request with { Links = [.. request.Links.Select(link => link with { RoundTrip = TimeSpan.FromMilliseconds(far.Contains((link.From, link.To)) ? 30 : 0.1) })] });
        var sides = plan.Stages.Select(stage => stage.Node.Value[0]).ToList();
        Assert.InRange(sides.Where((side, slot) => side != sides[(slot + 1) % sides.Count]).Count(), 0, 2);
    }

    [Fact]
    public void A_refusal_says_of_every_node_what_it_lacks_and_what_would_do()
    {
        var request = PlanRequests.Plain(PlanAim.Latency, PlanRequests.Node("a", 500), PlanRequests.Node("b", 5_000));
        var refused = Assert.IsType<PlanOutcome.Refused>(PipelinePlanner.Plan(request));
        Assert.Equal(["a", "b"], refused.Reasons.Select(why => why.Node.Value));
        Assert.Equal("memory: a stage of one layer needs 1,056 bytes of 500 bytes", refused.Reasons[0].Reason);
        Assert.Contains("hold at most 4 of 12 layers", refused.Reasons[1].Reason, StringComparison.Ordinal);
        var size = long.Parse(new string([.. refused.Cure.Where(char.IsDigit)]), null);
        Assert.IsType<PlanOutcome.Planned>(PipelinePlanner.Plan(PlanRequests.Plain(PlanAim.Latency, PlanRequests.Node("b", 5_000), PlanRequests.Node("c", size))));
        Assert.IsType<PlanOutcome.Refused>(PipelinePlanner.Plan(PlanRequests.Plain(PlanAim.Latency, PlanRequests.Node("b", 5_000), PlanRequests.Node("c", size - 1))));
    }

    [Fact]
    public void No_more_than_16_nodes_make_a_ring()
    {
        PlanCandidate[] nodes = [.. Enumerable.Range(0, 40).Select(i => PlanRequests.Node($"n{i}", 20_000))];
        var request = PlanRequests.Plain(PlanAim.Throughput, nodes);
        var plan = Plan(request with { Model = request.Model with { Layers = [.. Enumerable.Repeat(new PlannedLayer(1000, 1000, 0), 30)] } });
        Assert.InRange(plan.Stages.Length, 2, 16);
    }

    [Fact]
    public void Nodes_that_were_not_measured_are_an_error()
    {
        var request = PlanRequests.Plain(PlanAim.Latency, PlanRequests.Node("a", 500), PlanRequests.Node("b", 5_000));
        Assert.Contains("from b to a", Assert.Throws<ArgumentException>(() => PipelinePlanner.Plan(request with { Links = request.Links[..1] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stage_of_a_plan_holds_what_the_model_says_of_its_layers() => PlanRequests.Random(6, 12).Sample(request =>
    {
        if (PipelinePlanner.Plan(request) is not PlanOutcome.Planned { Plan: var plan }) return;
        Assert.All(plan.Stages, stage => Assert.Equal(request.Model.StageMemory(stage.Layers, request.KvTokensMax), stage.MemoryBytes));
    });

    [Fact]
    public void A_model_has_no_stage_of_layers_that_it_lacks() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PlanRequests.Plain(PlanAim.Latency).Model.StageMemory(new LayerRange(11, 2), 2));

    [Fact]
    public void What_a_plan_is_compared_with_takes_the_first_nodes_by_name_and_equal_cuts()
    {
        var request = PlanRequests.Plain(PlanAim.Throughput, PlanRequests.Node("c", 9_000, 30, 300), PlanRequests.Node("b", 9_000), PlanRequests.Node("a", 9_000));
        var naive = PipelinePlanner.Naive(request, 2)!;
        Assert.Equal(["a", "b"], naive.Stages.Select(stage => stage.Node.Value));
        Assert.Equal(StageCut.Balanced(request.Model, 2), naive.Stages.Select(stage => stage.Layers));
        Assert.True(Plan(request).TokensPerSecond > naive.TokensPerSecond);
    }

    [Fact]
    public void Where_the_first_nodes_by_name_do_not_hold_the_model_there_is_nothing_to_compare_with()
    {
        var request = PlanRequests.Plain(PlanAim.Latency, PlanRequests.Node("a", 2_000), PlanRequests.Node("b", 20_000));
        Assert.Null(PipelinePlanner.Naive(request, 2));
        Assert.Null(PipelinePlanner.Naive(request, 3));
        Assert.Null(PipelinePlanner.Naive(request, 1));
    }

    [Theory, InlineData("llama", 0), InlineData("qwen3moe", 4)]
    public void What_a_model_needs_is_read_from_its_file(string architecture, int experts)
    {
        var path = _directory.File("model.gguf");
        new TinyModel { Architecture = architecture, Experts = experts }.WriteTo(path);
        var file = GgufFile.Read(path);
        var model = PlannedModel.Of(file);
        Assert.Equal(file.Tensors.Sum(tensor => tensor.DataBytes), model.Layers.Sum(layer => layer.Bytes) + model.HeadBytes + model.SharedBytes);
        Assert.All(model.Layers, layer => Assert.Equal(2 * (16 + 16) * 2, layer.KvBytesPerToken));
        Assert.All(model.Layers, layer => Assert.Equal(experts > 0, layer.ActiveBytes < layer.Bytes));
        Assert.All(model.Layers, layer => Assert.Equal(layer.ActiveBytes, layer.ActiveWeights * sizeof(float)));
        Assert.Equal((6, 64), (model.Layers.Length, model.EmbeddingLength));
    }

    private static PipelinePlan Plan(PlanRequest request) => Assert.IsType<PlanOutcome.Planned>(PipelinePlanner.Plan(request)).Plan;
}
