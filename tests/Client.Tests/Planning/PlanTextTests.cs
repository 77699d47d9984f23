using System.Text.Json;
using System.Text.Json.Nodes;
using SwarmCompute.Client.Cli;
using SwarmCompute.Client.Orders;
using SwarmCompute.Client.Planning;

namespace SwarmCompute.Client.Tests.Planning;

public sealed class PlanTextTests
{
    private const string Answer =
        """{"layers":[4,2],"memory":[3221225472,1572864],"nodes":["b","a"],"tokenMs":12.5,"firstTokenMs":100,"tokensPerSecond":80.04,"naive":{"layers":[3,3],"memory":[5,6],"nodes":["a","b"],"tokenMs":25,"firstTokenMs":200,"tokensPerSecond":40},"distanceUnknown":["a"]}""";

    private static readonly PlanQuestion Question = new(4, 2048) { Nodes = [Node("a"), Node("b"), Node("c")] };
    private static readonly PlanNodes Nodes = new(Question.Nodes, [("d", "it is Lost")]);

    [Fact]
    public void A_plan_is_shown_with_who_runs_what_and_what_to_give_for_it() => Assert.Equal(
        [
            "6 layers on 2 of 3 nodes, in this order:",
            "  b: layers 0 to 3, 3.0 GiB",
            "  a: layers 4 to 5, 1.5 MiB",
            "expected: 12.5 ms a token, 100.0 ms to the first one, 80.0 tokens/s of many streams together",
            "nodes in the order of their names, cut for equal servers: 25.0 ms a token, 200.0 ms to the first one, 40.0 tokens/s of many streams together",
            "distance not known, taken as that of neighbours: a",
            "left out: d: it is Lost",
            "swarm manifest --stages 2 --layers 4,2 --context 2048 --sessions 4",
        ],
        PlanText.Lines(Plan(Answer), Question, Nodes));

    [Fact]
    public void A_plan_for_programs_is_one_object() => Assert.Equal(
        """{"stages":[{"node":"b","layers":4,"memoryBytes":3221225472},{"node":"a","layers":2,"memoryBytes":1572864}],"tokenMs":12.5,"firstTokenMs":100,"tokensPerSecond":80.04,"naive":{"stages":[{"node":"a","layers":3,"memoryBytes":5},{"node":"b","layers":3,"memoryBytes":6}],"tokenMs":25,"firstTokenMs":200,"tokensPerSecond":40},"distanceUnknown":["a"],"leftOut":[{"node":"d","why":"it is Lost"}],"manifestOptions":"--stages 2 --layers 4,2 --context 2048 --sessions 4"}""",
        PlanText.Json(Plan(Answer), Question, Nodes));

    [Fact]
    public void Where_the_order_of_names_does_not_hold_the_model_that_is_said()
    {
        var plan = Plan(Answer) with { Naive = null };
        Assert.Contains("nodes in the order of their names, cut for equal servers: they do not hold the model", PlanText.Lines(plan, Question, Nodes));
        Assert.Null(JsonNode.Parse(PlanText.Json(plan, Question, Nodes))!["naive"]);
    }

    [Fact]
    public void The_guest_program_is_told_of_nodes_what_it_asks_for_and_no_more() => Assert.Equal(
        """{"sessions":4,"contextTokens":2048,"aim":"throughput","promptTokens":512,"answerTokens":256,"nodes":[{"id":"a","memoryBytes":1000,"bytesPerSecond":2000000000.5,"operationsPerSecond":3,"position":{"x":1.235,"y":0,"z":-2,"height":0.01,"error":0.25}},{"id":"b","memoryBytes":1,"bytesPerSecond":2,"operationsPerSecond":3,"position":null}]}""",
        (Question with
        {
            Aim = "throughput",
            Nodes =
            [
                Node("a") with { FreeMemoryBytes = 1000, BytesPerSecond = 2e9 + 0.5, Position = new NetworkPosition(1.23456, 0, -2, NetworkPosition.HeightMin, 0.25) },
                Node("b"),
            ],
        }).ToJson());

    [Fact]
    public void A_cut_is_asked_for_without_nodes()
    {
        Assert.Equal("""{"sessions":2,"contextTokens":64,"stages":3}""", new PlanQuestion(2, 64) { Stages = 3 }.ToJson());
        Assert.Equal("""{"sessions":2,"contextTokens":64,"layers":[1,2]}""", new PlanQuestion(2, 64) { Layers = [1, 2] }.ToJson());
    }

    [Fact]
    public void A_nodes_line_shows_what_it_reports_only_where_it_does()
    {
        var node = new NodeView("node-1", "Ready", 4, 2);
        Assert.Equal("node node-1: Ready, 2 of 4 slots free", StatusCommand.Describe(node));
        Assert.Equal("node node-1: Ready, 2 of 4 slots free, 11.2 of 16.0 GiB free, 18.3 GB/s",
            StatusCommand.Describe(node with { MemoryBytes = 16L << 30, FreeMemoryBytes = 12_025_908_428, BytesPerSecond = 18.3e9, OperationsPerSecond = 1 }));
    }

    private static NodeView Node(string id) => new(id, "Ready", 1, 1) { FreeMemoryBytes = 1, BytesPerSecond = 2, OperationsPerSecond = 3 };

    private static ModelPlan Plan(string answer)
    {
        using var json = JsonDocument.Parse(answer);
        return ModelPlan.Read(json.RootElement);
    }
}
