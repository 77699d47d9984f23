using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using SwarmCompute.Chain.Development;
using SwarmCompute.Chain.Webhooks;
using SwarmCompute.Silo.Tests.Support;

namespace SwarmCompute.Silo.Tests.Webhooks;

/// <summary>
/// Webhooks through whole processes: the command line registers, a real silo follows a real chain and calls, the command line checks what came.
/// The receiver is on loopback, which a development chain allows (<see cref="WebhookRefusalTests"/> has what is refused).
/// </summary>
[Collection("real silos")]        // one at a time
public sealed class WebhookLifeTests(DevelopmentChain chain) : IAsyncDisposable
{
    private readonly TestSwarm _swarm = TestSwarm.Start(chain);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _swarm.DisposeAsync();

    [Fact]
    public async Task What_is_not_taken_comes_again_under_the_same_id_before_the_next_and_the_command_line_verifies_each()
    {
        await using var receiver = await Receiver.Start(FailFirst(2));
        var silo = (await _swarm.LaunchCluster(1, Cancel))[0];
        await using var order = await TestOrder.Place(_swarm, silo, Cancel);
        await silo.WaitFor(order.Path, _ => true, Cancel);
        var url = $"{receiver.Url}/hook?key=1";
        Assert.Equal($"order {order.Id} is announced at {url}", await Succeeds("set", order.Id, silo, "--url", url));
        var (running, completed) = ($"order-{order.Id}-Running", $"order-{order.Id}-Completed");
        await receiver.Until(ids => ids.Count(id => id == running) == 3, Cancel);
        await order.Close(Cancel);
        await receiver.Until(ids => ids[^1] == completed, Cancel);

        Assert.Equal([running, running, running, completed], receiver.Ids);
        var came = receiver.Came.ToArray();
        Assert.All(came, c => Assert.Equal("POST /hook?key=1", c.Line));
        Assert.All(came[..3], c => Assert.Equal(came[0].Body, c.Body));
        Assert.Equal(3, came[..3].Select(c => c.Headers[WebhookHeaders.Timestamp]).Distinct().Count());
        Assert.All(came, c => Assert.Equal(Anvil.Accounts[1].Address.ToString(), c.Headers[WebhookHeaders.Signer]));
        foreach (var (headers, _, body) in came)
        {
            var (exitCode, output, errors) = await Verify(headers, body);
            Assert.True(exitCode == 0, errors);
            Assert.StartsWith($"order {order.Id} is {(body == came[3].Body ? "Completed" : "Running")}, says {Anvil.Accounts[1].Address}", output, StringComparison.Ordinal);
        }
        var tampered = await Verify(came[3].Headers, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(came[3].Body).Replace("\"paid\":\"6\"", "\"paid\":\"7\"", StringComparison.Ordinal)));
        Assert.Equal((1, ""), (tampered.ExitCode, tampered.Output));
        Assert.Equal($"swarm: the delivery does not hold: The signature is not one of {Anvil.Accounts[1].Address} over this message.", tampered.Errors);
    }

    [Fact]
    public async Task What_happens_on_the_chain_is_announced_whoever_made_it_happen()
    {
        await using var receiver = await Receiver.Start(FailFirst(0));
        var silo = await _swarm.LaunchFollower(Cancel);
        await using var orders = await PlayedOrders.Start(chain, Cancel);
        var expired = await orders.Place(Hash32.Sha256("unknown"u8), TimeSpan.FromSeconds(8), Cancel);
        var cancelled = await orders.Place(Hash32.Sha256("unknown"u8), TimeSpan.FromHours(1), Cancel);
        var completed = await orders.Place(Hash32.Sha256("unknown"u8), TimeSpan.FromHours(1), Cancel);
        await silo.WaitFor($"/v1/orders/{completed}", _ => true, Cancel);
        foreach (var order in new[] { expired, cancelled, completed }) await Succeeds("set", order, silo, "--url", receiver.Url);
        await orders.Complete(completed, Cancel);
        await orders.Close(cancelled, Cancel);
        await orders.Expire(expired, Cancel);

        await receiver.Until(ids => ids.Length == 3, Cancel);
        var told = receiver.Came.Select(c => JsonNode.Parse(c.Body)!).ToDictionary(b => (string)b["id"]!);
        Is(told[$"order-{completed}-Completed"], PlayedOrders.Report.ToString(), paid: PlayedOrders.Units * PlayedOrders.UnitPrice);
        Is(told[$"order-{cancelled}-Cancelled"], report: null, paid: 0);
        Is(told[$"order-{expired}-Expired"], report: null, paid: 0);
    }

    [Fact]
    public async Task After_its_removal_nothing_comes_any_more()
    {
        await using var receiver = await Receiver.Start(FailFirst(0));
        var silo = await _swarm.LaunchFollower(Cancel);
        await using var orders = await PlayedOrders.Start(chain, Cancel);
        var order = await orders.Place(await PutOthersManifest(silo), TimeSpan.FromHours(1), Cancel);
        await silo.WaitFor($"/v1/orders/{order}", _ => true, Cancel);
        await Succeeds("set", order, silo, "--url", receiver.Url);
        await receiver.Until(ids => ids.Length == 1, Cancel);
        Assert.Equal($"order {order} is announced nowhere", await Succeeds("remove", order, silo));
        await orders.Close(order, Cancel);
        await silo.WaitFor($"/v1/orders/{order}", o => (string?)o["status"] == "Cancelled", Cancel);
        await WaitUntilOver(silo, order);
        Assert.Equal([$"order-{order}-Failed"], receiver.Ids);
    }

    /// <summary>A manifest that names another authority than the played orders do, so that these can never run with it.</summary>
    private async Task<Hash32> PutOthersManifest(SiloRun silo)
    {
        var manifest = new Manifest(Manifest.LlamaCpp, new ModelReference(Hash32.Sha256("a model"u8), 7), 1, 512, 1, [Manifest.Development], _swarm.Authority.KeyHash);
        using var put = await silo.Put($"/v1/manifests/{manifest.Hash}", manifest.ToCanonicalBytes(), Cancel);
        Assert.True(put.IsSuccessStatusCode);
        return manifest.Hash;
    }

    /// <summary>Waits until the silo takes nothing about its webhook any more, for then it has nothing left to announce.</summary>
    private async Task WaitUntilOver(SiloRun silo, OrderId order)
    {
        var (exitCode, _, errors) = await Register("remove", order, silo);
        while (exitCode == 0) (exitCode, _, errors) = await Register("remove", order, silo);
        Assert.Equal($"swarm: The webhook is refused: order {order} is over, nothing of it is announced any more.", errors);
    }

    private async Task<string> Succeeds(string verb, OrderId order, SiloRun silo, params string[] more)
    {
        var (exitCode, output, errors) = await Register(verb, order, silo, more);
        Assert.True(exitCode == 0, errors);
        return output;
    }

    private Task<(int ExitCode, string Output, string Errors)> Register(string verb, OrderId order, SiloRun silo, params string[] more) => SwarmCli.RunUntilAnswered(
        Cancel, ["webhook", verb, order.ToString(), "--swarm", _swarm.WriteSwarmFile(silo), "--key-file", _swarm.Write("customer.key", Encoding.ASCII.GetBytes(Keys.Customer)), .. more]);

    private Task<(int ExitCode, string Output, string Errors)> Verify(Dictionary<string, string?> headers, byte[] body) => SwarmCli.Run(
        Cancel, "webhook", "verify", _swarm.Write("body.json", body), "--id", headers[WebhookHeaders.Id]!, "--timestamp", headers[WebhookHeaders.Timestamp]!,
        "--signer", headers[WebhookHeaders.Signer]!, "--signature", headers[WebhookHeaders.Signature]!);

    private static void Is(JsonNode body, string? report, long paid)
    {
        Assert.Equal(report, (string?)body["reportHash"]);
        Assert.Equal(
            (Text(PlayedOrders.Deposit), Text(paid), Text(PlayedOrders.Deposit - paid)), ((string)body["deposited"]!, (string)body["paid"]!, (string)body["refunded"]!));
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static RequestDelegate FailFirst(int count) => context =>
    {
        context.Response.StatusCode = Interlocked.Decrement(ref count) >= 0 ? 500 : 204;
        return Task.CompletedTask;
    };
}
