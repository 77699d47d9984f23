using System.Text.Json;
using SwarmCompute.Chain.Development;
using SwarmCompute.Inference.Tests;

namespace SwarmCompute.EndToEnd;

/// <summary>The demo, run for real: a chain, an authority, three silos, guests, a kill -9, a report, a payment.</summary>
public sealed class DemoTests : IDisposable
{
    private static string? _text;                            // of the first run; every other run must tell the same
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(0, 3)]
    [InlineData(1, 40)]
    [InlineData(2, 62)]
    public async Task Killing_any_silo_at_any_token_ends_in_the_same_text(int silo, int token)
    {
        var (exitCode, output, errors) = await SwarmCli.Run("demo", "--json", "--folder", _folder.Path, "--tokens", "64", "--kill-silo", $"{silo}", "--kill-at-token", $"{token}");
        Assert.True(exitCode == 0, errors);
        using var json = JsonDocument.Parse(output.Trim().Split('\n')[^1]);
        var result = json.RootElement;
        Holds(result);
        Assert.Equal(64, result.GetProperty("tokens").GetInt32());
        Assert.Equal(token, result.GetProperty("killed").GetProperty("atToken").GetInt32());
        _text ??= result.GetProperty("text").GetString();
        Assert.Equal(_text, result.GetProperty("text").GetString());
        Assert.False(Directory.Exists(_folder.File("run")), "keys and state are left behind");
    }

    [Fact]
    public async Task A_standby_takes_the_place_of_a_killed_stage_and_the_text_is_the_same()
    {
        var (exitCode, output, errors) = await SwarmCli.Run("demo", "--json", "--standby", "--folder", _folder.Path, "--tokens", "64", "--kill-at-token", "20");
        Assert.True(exitCode == 0, errors);
        using var json = JsonDocument.Parse(output.Trim().Split('\n')[^1]);
        Holds(json.RootElement);
        var logs = Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Select(File.ReadAllText);
        Assert.Contains(logs, log => log.Contains("which was prepared and is Attested, is the current one now", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_model_that_is_not_shipped_runs_on_a_chain_that_was_there_and_its_report_verifies_until_it_is_changed()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var anvil = await Anvil.Start(new AnvilOptions { BinaryPath = Path.Combine(SwarmCli.Root, "native/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil") }, cancel);
        new TinyModel { Architecture = "qwen3", Layers = 5, Seed = 11 }.WriteTo(_folder.File("tiny.gguf"));
        string[] chain = ["--rpc", anvil.Rpc.ToString(), "--chain-id", "31337"];
        // The first of the accounts that anvil funds; everybody knows its key.
        var key = _folder.Write("customer.key", "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"u8);

        var (exitCode, output, errors) = await SwarmCli.Run([
            "demo", "--json", "--folder", _folder.File("demo"), "--model", _folder.File("tiny.gguf"), "--tokens", "24", "--key-file", key, .. chain]);
        Assert.True(exitCode == 0, errors);
        using var json = JsonDocument.Parse(output.Trim().Split('\n')[^1]);
        Holds(json.RootElement);

        var report = _folder.File("demo/report.json");
        var verified = await SwarmCli.Run(["report", "verify", report, .. chain]);
        Assert.True(verified.ExitCode == 0, verified.Output + verified.Errors);
        Assert.Contains("no hardware vouches", verified.Output, StringComparison.Ordinal);

        var text = await File.ReadAllTextAsync(report, cancel);
        var tampered = _folder.Write("tampered.json", System.Text.Encoding.UTF8.GetBytes(text.Replace("\"layers\":\"0-", "\"layers\":\"1-", StringComparison.Ordinal)));
        var refused = await SwarmCli.Run(["report", "verify", tampered, .. chain]);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("FAILS  report hash", refused.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static void Holds(JsonElement result)
    {
        Assert.True(result.GetProperty("equalsUninterrupted").GetBoolean());
        Assert.True(result.GetProperty("report").GetProperty("verified").GetBoolean());
        Assert.Equal("development", result.GetProperty("report").GetProperty("evidence").GetString());
        Assert.Equal(result.GetProperty("deposited").GetUInt64(), result.GetProperty("paid").GetUInt64() + result.GetProperty("refunded").GetUInt64());
        Assert.True(result.GetProperty("paid").GetUInt64() > 0);
        Assert.Equal(3, result.GetProperty("silos").GetInt32());
        Assert.Equal(3, result.GetProperty("stages").GetInt32());
        Assert.NotEmpty(result.GetProperty("transactions").EnumerateArray());
    }
}
