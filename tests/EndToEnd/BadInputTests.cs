using System.Net;
using System.Net.Sockets;
using SwarmCompute.Inference.Tests;

namespace SwarmCompute.EndToEnd;

/// <summary>What is wrong is said in one line, with what to do; the exit code is 1; nothing is left behind.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_chain_that_does_not_answer()
    {
        var key = _folder.Write("customer.key", "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"u8);
        await Refused("127.0.0.1:9", "demo", "--rpc", "http://127.0.0.1:9", "--key-file", key, "--model", Model());
    }

    [Fact]
    public async Task A_model_that_is_cut_off()
    {
        var bytes = await File.ReadAllBytesAsync(Model(), TestContext.Current.CancellationToken);
        await Refused("is not a usable GGUF file", "demo", "--model", _folder.Write("cut.gguf", bytes.AsSpan(0, bytes.Length / 2)));
    }

    [Fact]
    public async Task A_model_of_an_architecture_that_nobody_knows()
    {
        new TinyModel { Architecture = "abacus" }.WriteTo(_folder.File("abacus.gguf"));
        await Refused("architecture is 'abacus'", "demo", "--model", _folder.File("abacus.gguf"));
    }

    [Fact]
    public Task A_model_that_is_not_there() => Refused("there is no file", "demo", "--model", _folder.File("nothing.gguf"));

    [Fact]
    public async Task A_port_that_is_in_use()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        await Refused($"{port}", "demo", "--model", Model(), "--port", $"{port}");
    }

    [Fact]
    public Task A_deposit_that_is_too_small() => Refused("eposit", "demo", "--model", Model(), "--deposit", "1");

    [Fact]
    public async Task A_manifest_with_a_field_that_nobody_knows()
    {
        var manifest = _folder.Write("manifest.json", """{"engine":"llama.cpp","gpu":true}"""u8);
        var swarm = _folder.Write("swarm.json", """{"silos":["https://127.0.0.1:9"],"root":"root.cer","chain":{"rpc":"http://127.0.0.1:9","chainId":31337,"orderBook":"0x0000000000000000000000000000000000000001","escrowVault":"0x0000000000000000000000000000000000000002","token":"0x0000000000000000000000000000000000000003","deployBlock":0}}"""u8);
        await Refused("gpu", "order", "place", "--swarm", swarm, "--manifest", manifest, "--key-file", "none", "--deposit", "10", "--unit-price", "1");
    }

    [Theory]
    [InlineData("--kill-silo is 3", "demo", "--kill-silo", "3")]
    [InlineData("--tokens is 0", "demo", "--tokens", "0")]
    [InlineData("'abc' is not an order id", "order", "show", "abc", "--swarm", "none")]
    [InlineData("dance", "dance")]
    [InlineData("which swarm?", "status")]
    [InlineData("there are no tests named", "test", "Nonsense")]
    public Task A_word_that_makes_no_sense(string said, params string[] arguments) => Refused(said, arguments);

    public void Dispose() => _folder.Dispose();

    private string Model()
    {
        if (!File.Exists(_folder.File("tiny.gguf"))) new TinyModel { Seed = 3 }.WriteTo(_folder.File("tiny.gguf"));
        return _folder.File("tiny.gguf");
    }

    private async Task Refused(string said, params IEnumerable<string> arguments)
    {
        if (arguments.First() == "demo") arguments = [.. arguments, "--json", "--folder", _folder.File("demo")];
        await SwarmCli.Refused(said, arguments);
        Assert.False(Directory.Exists(_folder.File("demo/run")), "keys and state are left behind");
    }
}
