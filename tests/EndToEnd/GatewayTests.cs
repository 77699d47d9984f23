using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using SwarmCompute.Client;

namespace SwarmCompute.EndToEnd;

/// <summary>A gateway before two orders of a real swarm, and OpenAI's own client, which knows nothing of it.</summary>
public sealed class GatewayTests : IDisposable
{
    private const string Prompt = "Once upon a time";
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_death_of_a_head_in_the_middle_of_a_stream_is_hidden_from_openais_client()
    {
        await using var demo = SwarmCli.Start("demo", "--folder", _folder.Path, "--tokens", "16", "--keep");
        await demo.Said("The swarm stays up until Ctrl-C");
        var swarm = _folder.File("run/swarm.json");
        await Place(swarm);
        var policy = _folder.Write("accepting.json", """{"types":["development"]}"""u8);
        await using var gateway = SwarmCli.Start("gateway", "--swarm", swarm, "--order", "2", "--order", "3", "--listen", "127.0.0.1:0", "--policy", policy);
        await gateway.Said("listening on ");
        var url = gateway.Output.Split("listening on ")[1].Split(';')[0];

        var whole = await Ask(url, _ => { });
        Assert.NotEmpty(whole);
        var heads = await Heads(swarm, new OrderId(2), new OrderId(3));
        Assert.Equal(whole, await Ask(url, order => Kill(heads[order])));
        Assert.Contains("a request failed at", gateway.Output, StringComparison.Ordinal);

        gateway.Signal(Signals.Interrupt);
        Assert.Equal(130, await gateway.Exit());
    }

    [Theory]
    [InlineData("0.0.0.0:8080", "give --api-key-file too")]
    [InlineData("127.0.0.1", "no address with a port")]
    [InlineData("localhost:8080", "no address with a port")]
    public Task Where_it_may_not_listen_is_told_in_one_line(string listen, string said) => SwarmCli.Refused(said, "gateway", "--order", "1", "--listen", listen);

    public void Dispose() => _folder.Dispose();

    /// <summary>Places two orders of the shipped model, and waits until each has answered.</summary>
    private async Task Place(string swarm)
    {
        var model = Directory.GetFiles(Path.Combine(SwarmCli.Root, "models"), "*.gguf").Order(StringComparer.Ordinal).First();
        var key = _folder.Write("customer.key", "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"u8);
        await Succeeds("manifest", "--model", model, "--assets", _folder.File("assets"), "--root", _folder.File("run/authority/root.cer"), "--stages", "2", "--context", "512", "--out", _folder.File("manifest.json"));
        foreach (var order in new[] { "2", "3" })
        {
            await Succeeds("order", "place", "--swarm", swarm, "--manifest", _folder.File("manifest.json"), "--key-file", key, "--deposit", "1000000", "--unit-price", "1000");
            await Succeeds("chat", order, "--swarm", swarm, "--prompt", Prompt, "--tokens", "4");
        }
    }

    /// <summary>The text of an answer. Once it has begun, the order that tells it is handed to the given function.</summary>
    private static async Task<string> Ask(string url, Action<OrderId> begun)
    {
        var folder = Path.Combine(SwarmCli.Root, "tests", "Inference.Tests", "node");
        if (!File.Exists(Path.Combine(folder, "node_modules", "openai", "package.json")))
        {
            using var install = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund"]) { WorkingDirectory = folder })!;
            await install.WaitForExitAsync(Cancel);
        }
        using var node = Process.Start(new ProcessStartInfo("node", ["gateway.mjs", url, Prompt]) { WorkingDirectory = folder, RedirectStandardOutput = true })!;
        var text = "";
        while (await node.StandardOutput.ReadLineAsync(Cancel) is { } line)
        {
            if (line.StartsWith("begun ", StringComparison.Ordinal)) begun(OrderId.Parse(line[6..]));
            if (line.StartsWith("text ", StringComparison.Ordinal)) text = JsonNode.Parse(line[5..])!.GetValue<string>();
        }
        await node.WaitForExitAsync(Cancel);
        Assert.Equal(0, node.ExitCode);
        return text;
    }

    /// <summary>The processes of the orders' heads, found beforehand: an answer is soon over.</summary>
    private static async Task<Dictionary<OrderId, int>> Heads(string swarm, params OrderId[] orders)
    {
        var file = JsonNode.Parse(await File.ReadAllTextAsync(swarm, Cancel))!;
        using var root = X509CertificateLoader.LoadCertificateFromFile(file["root"]!.GetValue<string>());
        using var client = new SwarmClient(new SwarmClientOptions { Silos = [.. file["silos"]!.AsArray().Select(s => new Uri(s!.GetValue<string>()))], Root = root });
        var heads = new Dictionary<OrderId, int>();
        foreach (var order in orders) heads[order] = (await client.GetOrder(order, Cancel))!.Leases.Single(l => l.Slot == 0).Pid!.Value;
        return heads;
    }

    private static void Kill(int process)
    {
        using var head = Process.GetProcessById(process);
        head.Kill();
    }

    private static async Task Succeeds(params IEnumerable<string> arguments)
    {
        var (exitCode, _, errors) = await SwarmCli.Run(arguments);
        Assert.True(exitCode == 0, errors);
    }
}
