using System.CommandLine;
using SwarmCompute.Client.Providers;

namespace SwarmCompute.Client.Cli;

/// <summary><c>swarm node drain|cordon|ready</c>.</summary>
internal static class NodeCommand
{
    public static Command Create() => new("node", "Moves a node, as its provider says.")
    {
        Move("drain", "Draining", "Has the node's leases move away, without a pause where a stage can be followed; then the node leaves."),
        Move("cordon", "Cordoned", "Has the node take no new leases; it keeps those that it has."),
        Move("ready", "Ready", "Has a cordoned node take leases again."),
    };

    private static Command Move(string name, string status, string description)
    {
        var (swarm, key) = (CommonOptions.Swarm(), CommonOptions.KeyFile());
        var node = new Argument<string>("node") { Description = "the node's id" };
        var reason = new Option<string>("--reason") { Description = "why, in one line", DefaultValueFactory = _ => "the provider says so" };
        var command = new Command(name, $"{description} Signed by the node's provider.") { node, reason, swarm, key };
        command.SetAction(async (parsed, cancel) =>
        {
            var id = CommonOptions.Parse(parsed.GetRequiredValue(node), text => new NodeId(text));
            var file = parsed.Read(swarm);
            using var account = parsed.ReadAccount(key);
            using var client = file.Connect();
            await client.MoveNode(NodeMove.Sign(id, status, parsed.GetRequiredValue(reason), file.Chain, account, TimeProvider.System.GetUtcNow()), cancel);
            Console.WriteLine($"node {id} is {status}");
        });
        return command;
    }
}
