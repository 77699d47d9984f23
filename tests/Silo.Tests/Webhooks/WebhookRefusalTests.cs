using System.Text;
using SwarmCompute.Silo.Tests.Support;

namespace SwarmCompute.Silo.Tests.Webhooks;

/// <summary>What a silo does not take as a webhook is told on the command line: one line, exit code 1.</summary>
[Collection("real silos")]        // one at a time
public sealed class WebhookRefusalTests(DevelopmentChain chain) : IAsyncDisposable
{
    private const string Fine = "https://customer.example/";
    private readonly TestSwarm _swarm = TestSwarm.Start(chain);
    private string _swarmFile = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _swarm.DisposeAsync();

    [Fact]
    public async Task Each_is_one_line_that_says_what_is_wrong()
    {
        var silo = await _swarm.LaunchFollower(Cancel);
        await using var orders = await PlayedOrders.Start(chain, Cancel);
        var order = await orders.Place(Hash32.Sha256("unknown"u8), TimeSpan.FromHours(1), Cancel);
        await silo.WaitFor($"/v1/orders/{order}", _ => true, Cancel);
        _swarmFile = _swarm.WriteSwarmFile(silo);

        await Refused("is refused: the address is not https.", order, "http://customer.example/");
        await Refused("is refused: it is no https address.", order, "ftp://customer.example/");
        await Refused("is refused: it is no https address.", order, "customer.example");
        await Refused("is refused: 10.0.0.1 is no public address.", order, "https://10.0.0.1/");
        await Refused("is refused: the address names a user", order, "https://me:secret@customer.example/");
        await Refused("is refused: the address has characters", order, "https://customer.example/\norder 1");
        await Refused("is refused: the address has 513 characters", order, Fine.PadRight(513, 'a'));
        await Refused("at most 4096 bytes", order, Fine.PadRight(5000, 'a'));
        await Refused($"and the customer of order {order} is 0x", order, Fine, Keys.Of(1));
        await Refused("the swarm does not know order 4000000000", new OrderId(4_000_000_000), Fine);
    }

    private async Task Refused(string said, OrderId order, string url, string key = Keys.Customer)
    {
        var (exitCode, output, errors) = await SwarmCli.RunUntilAnswered(
            Cancel, "webhook", "set", order.ToString(), "--url", url, "--swarm", _swarmFile, "--key-file", _swarm.Write("customer.key", Encoding.ASCII.GetBytes(key)));
        Assert.Equal((1, ""), (exitCode, output));
        Assert.StartsWith("swarm: ", errors, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', errors);
        Assert.Contains(said, errors, StringComparison.Ordinal);
    }
}
