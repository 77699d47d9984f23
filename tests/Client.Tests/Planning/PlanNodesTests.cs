using System.Text.Json;
using SwarmCompute.Client.Cli;
using SwarmCompute.Client.Orders;
using SwarmCompute.Client.Planning;

namespace SwarmCompute.Client.Tests.Planning;

public sealed class PlanNodesTests : IDisposable
{
    private const string Known = "\"freeMemoryBytes\":1000,\"bytesPerSecond\":1e9,\"operationsPerSecond\":1e10";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("plan-nodes-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_node_is_used_where_it_is_ready_and_free_and_known()
    {
        var nodes = PlanNodes.Of(Swarm(
            $$"""{"id":"a","status":"Ready","slots":2,"free":1,{{Known}}}""",
            $$"""{"id":"b","status":"Draining","slots":2,"free":1,{{Known}}}""",
            $$"""{"id":"c","status":"Ready","slots":2,"free":0,{{Known}}}""",
            """{"id":"d","status":"Ready","slots":2,"free":2,"freeMemoryBytes":null,"why":"new"}"""));
        Assert.Equal("a", Assert.Single(nodes.Usable).Id);
        Assert.Equal([("b", "it is Draining"), ("c", "no slot is free"), ("d", "it does not report its free memory and speed")], nodes.LeftOut);
    }

    [Fact]
    public void Where_no_node_can_be_used_the_refusal_says_why_and_what_to_do()
    {
        var refusal = Assert.Throws<CommandException>(() => PlanNodes.Of(Swarm("""{"id":"a","status":"Lost","slots":2,"free":1}""")));
        Assert.StartsWith("none of 1 nodes can take a stage: a: it is Lost; wait until", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_describes_nodes_as_the_swarm_does_and_may_leave_out_what_a_free_node_is()
    {
        var node = Assert.Single(PlanNodes.Read(File($$$"""{"nodes":[{"id":"a",{{{Known}}},"position":{"x":1,"y":2,"z":3,"height":4,"error":0.5}}]}""")).Usable);
        Assert.Equal(new NodeView("a", "Ready", 1, 1) { FreeMemoryBytes = 1000, BytesPerSecond = 1e9, OperationsPerSecond = 1e10, Position = new(1, 2, 3, 4, 0.5) }, node);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"nodes":[7]}""")]
    [InlineData("""{"nodes":[{"id":"A"}]}""")]
    [InlineData("""{"nodes":[{"id":"a","bytesPerSecond":-1}]}""")]
    [InlineData("""{"nodes":[{"id":"a","operationsPerSecond":1e999}]}""")]
    [InlineData("""{"nodes":[{"id":"a","freeMemoryBytes":-1}]}""")]
    [InlineData("""{"nodes":[{"id":"a","memoryBytes":1.5}]}""")]
    [InlineData("""{"nodes":[{"id":"a","position":{"x":1}}]}""")]
    [InlineData("""{"nodes":[{"id":"a","position":{"x":1,"y":2,"z":3,"height":0,"error":0.5}}]}""")]
    public void A_file_that_describes_no_nodes_is_refused_in_one_line(string text)
    {
        var refusal = Assert.Throws<CommandException>(() => PlanNodes.Read(File(text)));
        Assert.Contains("does not describe nodes", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    private static System.Collections.Immutable.ImmutableArray<NodeView> Swarm(params string[] nodes)
    {
        using var json = JsonDocument.Parse($$"""{"silos":[],"nodes":[{{string.Join(',', nodes)}}]}""");
        return OrderJson.Swarm(json.RootElement).Nodes;
    }

    private string File(string text)
    {
        var path = Path.Combine(_folder.FullName, "nodes.json");
        System.IO.File.WriteAllText(path, text);
        return path;
    }
}
