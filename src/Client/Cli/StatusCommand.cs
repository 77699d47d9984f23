using System.CommandLine;
using System.Globalization;
using SwarmCompute.Client.Orders;

namespace SwarmCompute.Client.Cli;

/// <summary><c>swarm status</c>: silos and nodes.</summary>
internal static class StatusCommand
{
    private const double GiB = 1L << 30;

    public static Command Create()
    {
        var swarm = CommonOptions.Swarm();
        var command = new Command("status", "Shows the swarm's silos and nodes.") { swarm };
        command.SetAction(async (parsed, cancel) =>
        {
            using var client = parsed.Read(swarm).Connect();
            var view = await client.GetSwarm(cancel);
            foreach (var silo in view.Silos) Console.WriteLine($"silo {silo.Node ?? silo.Address}: {silo.Status}");
            foreach (var node in view.Nodes) Console.WriteLine(Describe(node));
        });
        return command;
    }

    /// <summary>A node in one line: what it reports of itself only where it does.</summary>
    internal static string Describe(NodeView node)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"node {node.Id}: {node.Status}, {node.Free} of {node.Slots} slots free");
        if (node is { FreeMemoryBytes: { } free, MemoryBytes: { } all }) line += string.Create(CultureInfo.InvariantCulture, $", {free / GiB:0.0} of {all / GiB:0.0} GiB free");
        return node.BytesPerSecond is { } speed ? line + string.Create(CultureInfo.InvariantCulture, $", {speed / 1e9:0.0} GB/s") : line;
    }
}
