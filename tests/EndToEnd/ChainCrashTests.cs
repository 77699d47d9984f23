using System.Text.Json;

namespace SwarmCompute.EndToEnd;

/// <summary>A real silo that is killed between what it intends and what the chain has confirmed: every order is paid exactly once.</summary>
public sealed class ChainCrashTests : IDisposable
{
    private const int Rounds = 12;                           // ./swarm chain crash takes 200

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Kills_between_intent_and_confirmation_pay_no_order_twice_and_none_not_at_all()
    {
        var (exitCode, output, errors) = await SwarmCli.Run(["chain", "crash", "--json", "--rounds", $"{Rounds}", "--folder", _folder.File("crash")]);
        Assert.True(exitCode == 0, output + errors);
        using var json = JsonDocument.Parse(output.Trim().Split('\n')[^1]);
        int Number(string name) => json.RootElement.GetProperty(name).GetInt32();
        Assert.Equal(Rounds, Number("rounds"));
        Assert.Equal(0, Number("doublePaid"));
        Assert.Equal(0, Number("unpaid"));
        Assert.InRange(Number("orders"), Rounds, 2 * Rounds);
        Assert.True(Number("transactions") >= 2 * Number("orders"));
        Assert.True(long.Parse(json.RootElement.GetProperty("paid").GetString()!, System.Globalization.CultureInfo.InvariantCulture) >= 7 * Rounds);
    }

    public void Dispose() => _folder.Dispose();
}
