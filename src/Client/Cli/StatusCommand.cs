using System.CommandLine;

namespace SwarmCompute.Client.Cli;

/// <summary><c>swarm status</c>: silos and nodes.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var swarm = CommonOptions.Swarm();
        var command = new Command("status", "Shows the swarm's silos and nodes.") { swarm };
        command.SetAction(async (parsed, cancel) =>
        {
            using var client = parsed.Read(swarm).Connect();
            var view = await client.GetSwarm(cancel);
            foreach (var silo in view.Silos) Console.WriteLine($"silo {silo.Node ?? silo.Address}: {silo.Status}");
            foreach (var node in view.Nodes) Console.WriteLine($"node {node.Id}: {node.Status}, {node.Free} of {node.Slots} slots free");
        });
        return command;
    }
}
