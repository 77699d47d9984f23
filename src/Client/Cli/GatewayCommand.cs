using System.CommandLine;
using System.Net;
using SwarmCompute.Client.Gateway;

namespace SwarmCompute.Client.Cli;

/// <summary><c>swarm gateway --order A --order B</c>: one OpenAI endpoint on this machine before several orders of the same model.</summary>
internal static class GatewayCommand
{
    public static Command Create()
    {
        var swarm = CommonOptions.Swarm();
        var orders = new Option<string[]>("--order") { Description = "an order's number; once for each replica of the model", Required = true };
        var listen = new Option<string>("--listen") { Description = "where to listen", DefaultValueFactory = _ => "127.0.0.1:8080" };
        var keys = new Option<string?>("--api-key-file") { Description = "the keys that clients must show, one a line; needed where others than this machine can connect" };
        var headKey = new Option<string?>("--head-key-file") { Description = "the file with the key that the heads ask for, where the orders' manifests name keys" };
        var evidence = new EvidenceOptions("each head");
        var command = new Command("gateway", "An OpenAI endpoint on this machine before orders that run the same model.") { swarm, orders, listen, keys, headKey };
        evidence.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var options = new GatewayOptions { Listen = Address(parsed.GetRequiredValue(listen)), Keys = parsed.GetValue(keys) is { } path ? Keys(path) : null };
            if (options.Fault() is { } fault) throw new CommandException(fault);
            var file = parsed.Read(swarm);
            await using var heads = await evidence.Heads(parsed, file.Chain);
            var client = file.ClientOptions(heads.Attestation, parsed.ReadApiKey(headKey));
            await using var gateway = await SwarmGateway.Start(
                client, [.. parsed.GetRequiredValue(orders).Select(o => CommonOptions.Parse(o, OrderId.Parse))], options, Console.WriteLine, TimeProvider.System, cancel);
            if (!IPAddress.IsLoopback(options.Listen.Address)) Console.WriteLine("note: prompts, answers and keys cross the network unencrypted; put TLS before this gateway");
            Console.WriteLine($"listening on {new Uri(gateway.Endpoint, "/v1")}; Ctrl-C ends it");
            await gateway.Run(cancel);
        });
        return command;
    }

    private static IPEndPoint Address(string text) => IPEndPoint.TryParse(text, out var address) && text.EndsWith($":{address.Port}", StringComparison.Ordinal)
        ? address
        : throw new CommandException($"--listen {text} is no address with a port; give one such as 127.0.0.1:8080");

    private static GatewayKeys Keys(string path)
    {
        try
        {
            return GatewayKeys.Parse(InputFile.Read(path, GatewayKeys.FileBytesMax, "a file of keys, one a line"));
        }
        catch (FormatException wrong)
        {
            throw new CommandException($"{path} is no file of keys: {wrong.Message}", wrong);
        }
    }
}
