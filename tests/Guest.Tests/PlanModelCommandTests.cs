using System.Text.Json.Nodes;
using SwarmCompute.Inference;
using SwarmCompute.Inference.Tests;

namespace SwarmCompute.Guest.Tests;

public sealed class PlanModelCommandTests : IDisposable
{
    private const string OneNode = """{"id":"a","memoryBytes":1000000000,"bytesPerSecond":1e9,"operationsPerSecond":1e10}""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("plan-model-");

    public PlanModelCommandTests() => new TinyModel().WriteTo(Model);

    private string Model => Path.Combine(_folder.FullName, "tiny.gguf");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_cut_for_equal_servers_says_the_layers_and_what_each_stage_holds()
    {
        var answer = await Answer("""{"sessions":4,"contextTokens":256,"stages":3}""");
        var (file, model) = (GgufFile.Read(Model), PlannedModel.Of(GgufFile.Read(Model)));
        Assert.Equal(2, answer.Count);
        Assert.Equal(StageCut.Balanced(model, 3).Select(range => range.Count), Numbers(answer, "layers").Select(count => (int)count));
        var memory = Numbers(answer, "memory");
        Assert.Equal(StageCut.Balanced(model, 3).Select(range => model.StageMemory(range, 1024)), memory);
        Assert.True(memory.Sum() > file.Tensors.Sum(tensor => tensor.DataBytes), "the stages hold less than the model's file");
    }

    [Fact]
    public async Task A_cut_that_is_given_is_kept()
    {
        var answer = await Answer("""{"sessions":1,"contextTokens":64,"layers":[1,3,2]}""");
        Assert.Equal([1, 3, 2], Numbers(answer, "layers"));
    }

    [Fact]
    public async Task Nodes_get_the_stages_that_they_can_hold_and_a_plan_is_compared_with_the_order_of_names()
    {
        var memory = (await Answer("""{"sessions":1,"contextTokens":64,"stages":2}"""))["memory"]!.AsArray().Max(bytes => (long)bytes!) * 11 / 10;
        string Node(string id, int x) => $$$"""{"id":"{{{id}}}","memoryBytes":{{{memory}}},"bytesPerSecond":1e9,"operationsPerSecond":1e9,"position":{"x":{{{x}}},"y":0,"z":0,"height":0.1,"error":0.1}}""";
        var answer = await Answer($$"""{"sessions":1,"contextTokens":64,"aim":"latency","promptTokens":16,"answerTokens":16,"nodes":[{{Node("a", 0)}},{{Node("b", 30)}},{{Node("c", 0)}}]}""");
        Assert.Equal(["a", "c"], answer["nodes"]!.AsArray().Select(id => (string)id!).Order());
        Assert.Equal(6, Numbers(answer, "layers").Sum());
        Assert.All(Numbers(answer, "memory"), bytes => Assert.InRange(bytes, 1, memory));
        Assert.Equal(["a", "b"], answer["naive"]!["nodes"]!.AsArray().Select(id => (string)id!));
        Assert.True((double)answer["naive"]!["tokenMs"]! > 30 && (double)answer["tokenMs"]! < 5);
        Assert.True((double)answer["firstTokenMs"]! > (double)answer["tokenMs"]! && (double)answer["tokensPerSecond"]! > 0);
        Assert.Empty(answer["distanceUnknown"]!.AsArray());
    }

    [Fact]
    public async Task A_node_whose_place_nobody_knows_is_named()
    {
        var answer = await Answer($$"""{"sessions":1,"contextTokens":64,"nodes":[{{OneNode}}]}""");
        Assert.Equal(["a"], answer["distanceUnknown"]!.AsArray().Select(id => (string)id!));
        Assert.Equal(6, Assert.Single(Numbers(answer, "layers")));
    }

    [Fact]
    public async Task Nodes_that_do_not_hold_the_model_are_told_why_and_what_would_do()
    {
        var nodes = string.Join(',', Enumerable.Range(0, 6).Select(i => OneNode.Replace("\"a\"", $"\"n{i}\"", StringComparison.Ordinal).Replace("1000000000", "1000", StringComparison.Ordinal)));
        var error = await Refusal($$"""{"sessions":1,"contextTokens":64,"nodes":[{{nodes}}]}""");
        Assert.StartsWith("These 6 nodes do not hold the model: n0: memory: a stage of one layer needs", error, StringComparison.Ordinal);
        Assert.Contains("n3: memory", error, StringComparison.Ordinal);
        Assert.DoesNotContain("n4:", error, StringComparison.Ordinal);
        Assert.Contains("and 2 more. Add a node with ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "cannot be read")]
    [InlineData("[]", "cannot be read")]
    [InlineData("""{"sessions":1,"contextTokens":64}""", "it must have one of 'stages', 'layers' and 'nodes'")]
    [InlineData("""{"sessions":1,"contextTokens":64,"stages":2,"layers":[3,3]}""", "it must have one of")]
    [InlineData("""{"sessions":1,"contextTokens":64,"stages":7}""", "The model has 6 layers; give 1 to 6 stages.")]
    [InlineData("""{"sessions":1,"contextTokens":64,"layers":[3,2]}""", "the model has 6")]
    [InlineData("""{"sessions":0,"contextTokens":64,"stages":2}""", "field 'sessions'")]
    [InlineData("""{"sessions":1,"contextTokens":64,"stages":2,"colour":1}""", "unknown field 'colour'")]
    [InlineData("""{"sessions":1,"contextTokens":64,"aim":"speed","nodes":[]}""", "field 'aim' must be latency or throughput")]
    [InlineData("""{"sessions":1,"contextTokens":64,"nodes":[]}""", "There is no node. Add a node with")]
    [InlineData("""{"sessions":1,"contextTokens":64,"nodes":[{"id":"A"}]}""", "'A' is not a node id")]
    [InlineData("""{"sessions":1,"contextTokens":64,"nodes":[{"id":"a","memoryBytes":1,"bytesPerSecond":0,"operationsPerSecond":1}]}""", "field 'nodes[0].bytesPerSecond' must be a number above 0")]
    [InlineData("""{"sessions":1,"contextTokens":64,"nodes":[{"id":"a","memoryBytes":1,"bytesPerSecond":1,"operationsPerSecond":1,"position":{"x":0,"y":0,"z":0,"height":0,"error":0}}]}""", "field 'nodes[0].position.height'")]
    [InlineData($$"""{"sessions":1,"contextTokens":64,"nodes":[{{OneNode}},{{OneNode}}]}""", "node a is there twice")]
    public async Task What_makes_no_sense_is_refused_in_one_line(string question, string said) => Assert.Contains(said, await Refusal(question), StringComparison.Ordinal);

    [Fact]
    public async Task A_question_over_its_bound_is_refused() => Assert.Contains("more than 262144 bytes", await Refusal(new string(' ', 262_145)), StringComparison.Ordinal);

    [Fact]
    public async Task A_file_that_is_not_there_is_refused() =>
        Assert.Equal(1, (await Run(Path.Combine(_folder.FullName, "none.gguf"), """{"sessions":1,"contextTokens":64,"stages":2}""")).ExitCode);

    private static long[] Numbers(JsonObject answer, string name) => [.. answer[name]!.AsArray().Select(number => (long)number!)];

    private async Task<JsonObject> Answer(string question)
    {
        var (exitCode, line) = await Run(Model, question);
        Assert.True(exitCode == 0, line);
        return JsonNode.Parse(line)!.AsObject();
    }

    private async Task<string> Refusal(string question)
    {
        var (exitCode, line) = await Run(Model, question);
        Assert.Equal(1, exitCode);
        return (string)Assert.Single(JsonNode.Parse(line)!.AsObject(), member => member.Key == "error").Value!;
    }

    private static async Task<(int ExitCode, string Line)> Run(string file, string question)
    {
        await using var process = GuestProcess.Start("plan-model", file);
        process.WriteLine(question);
        process.CloseInput();
        var line = await process.ReadLine(TestContext.Current.CancellationToken);
        return (await process.Exited(TestContext.Current.CancellationToken), line);
    }
}
