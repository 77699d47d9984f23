using System.Text.Json;
using SwarmCompute.Inference.Tests;

namespace SwarmCompute.EndToEnd;

/// <summary>How a model is planned on nodes that a file describes, on the command line.</summary>
public sealed class PlanTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PlanTests() => new TinyModel().WriteTo(_folder.File("tiny.gguf"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_plan_for_nodes_of_a_file_says_what_to_give_for_it()
    {
        var (exitCode, output, errors) = await SwarmCli.Run(Plan(1_000_000_000));
        Assert.True(exitCode == 0, errors);
        Assert.Contains("  b: layers 0 to 5,", output, StringComparison.Ordinal);
        Assert.EndsWith("swarm manifest --stages 1 --layers 6 --context 64 --sessions 2", output.TrimEnd(), StringComparison.Ordinal);
        var json = await SwarmCli.Run([.. Plan(1_000_000_000), "--json"]);
        Assert.Equal("b", JsonDocument.Parse(json.Output).RootElement.GetProperty("stages")[0].GetProperty("node").GetString());
    }

    [Fact]
    public Task Nodes_that_do_not_hold_the_model_are_told_in_one_line() => SwarmCli.Refused("Add a node with", Plan(1000));

    private string[] Plan(long memory)
    {
        string Node(string id, string speed) => $$"""{"id":"{{id}}","freeMemoryBytes":{{memory}},"bytesPerSecond":{{speed}},"operationsPerSecond":1e10}""";
        var nodes = System.Text.Encoding.UTF8.GetBytes($$"""{"nodes":[{{Node("a", "1e9")}},{{Node("b", "5e9")}}]}""");
        return ["plan", "--model", _folder.File("tiny.gguf"), "--nodes", _folder.Write("nodes.json", nodes), "--context", "64", "--sessions", "2"];
    }
}
