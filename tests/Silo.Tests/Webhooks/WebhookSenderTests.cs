using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Development;
using SwarmCompute.Chain.Webhooks;
using SwarmCompute.Grains.Interfaces;
using SwarmCompute.Grains.Webhooks;
using SwarmCompute.Silo.Webhooks;

namespace SwarmCompute.Silo.Tests.Webhooks;

/// <summary>Deliveries over real connections.</summary>
public sealed class WebhookSenderTests
{
    private static readonly Account Silo = Anvil.Accounts[1];
    private static readonly ChainOptions Development = new() { Rpc = new Uri("http://127.0.0.1:1"), ChainId = 31337, OrderBook = default, EscrowVault = default, Token = default };
    private static readonly ChainOptions Bnb = Development with { ChainId = 56 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_receiver_gets_the_very_body_signed_by_the_silo()
    {
        await using var receiver = await Receiver.Start(Answer(204));
        using var sender = new WebhookSender(Development, Silo, TimeProvider.System);
        Assert.IsType<WebhookResult.Delivered>(await sender.Send(Call($"{receiver.Url}/hook?key=1"), Cancel));
        var (headers, line, body) = Assert.Single(receiver.Came);
        Assert.Equal(("POST /hook?key=1", "application/json", "order-7-Running"), (line, headers["Content-Type"], headers[WebhookHeaders.Id]));
        Assert.Equal(Call("").Body, body);
        var sentAt = long.Parse(headers[WebhookHeaders.Timestamp]!, CultureInfo.InvariantCulture);
        Assert.Equal(Silo.Address.ToString(), headers[WebhookHeaders.Signer]);
        Assert.StartsWith("0x", headers[WebhookHeaders.Signature], StringComparison.Ordinal);
        var signature = Convert.FromHexString(headers[WebhookHeaders.Signature]!.AsSpan(2));
        Assert.Equal(Silo.Address, SignedMessage.Signer(WebhookText.Delivery("order-7-Running", sentAt, body), signature));
    }

    [Theory, InlineData(200), InlineData(202), InlineData(204)]
    public async Task Any_2xx_is_taken_and_its_body_is_not_waited_for(int status)
    {
        await using var receiver = await Receiver.Start(async context =>
        {
            context.Response.StatusCode = status;
            await context.Response.StartAsync(context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            if (status == 200) await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);      // its body never comes
        });
        using var sender = new WebhookSender(Development, Silo, TimeProvider.System);
        Assert.IsType<WebhookResult.Delivered>(await sender.Send(Call(receiver.Url), Cancel));
    }

    [Theory, InlineData(400), InlineData(410), InlineData(500)]
    public async Task Another_status_is_a_failure_that_is_told_without_the_path(int status)
    {
        await using var receiver = await Receiver.Start(Answer(status));
        using var sender = new WebhookSender(Development, Silo, TimeProvider.System);
        var failed = Assert.IsType<WebhookResult.Failed>(await sender.Send(Call($"{receiver.Url}/secret"), Cancel));
        Assert.Equal($"{new Uri(receiver.Url).Authority} answered {status}", failed.Reason);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var target = await Receiver.Start(Answer(200));
        await using var receiver = await Receiver.Start(context =>
        {
            context.Response.Redirect(target.Url, permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        });
        using var sender = new WebhookSender(Development, Silo, TimeProvider.System);
        Assert.Contains("answered 307", Assert.IsType<WebhookResult.Failed>(await sender.Send(Call(receiver.Url), Cancel)).Reason, StringComparison.Ordinal);
        Assert.Empty(target.Came);
    }

    [Fact]
    public async Task A_certificate_that_the_system_does_not_trust_gets_nothing()
    {
        await using var receiver = await Receiver.Start(Answer(200), tls: true);
        using var sender = new WebhookSender(Development, Silo, TimeProvider.System);
        Assert.IsType<WebhookResult.Failed>(await sender.Send(Call(receiver.Url), Cancel));
        Assert.Empty(receiver.Came);
    }

    [Fact]
    public async Task A_receiver_that_says_nothing_is_given_up_when_the_caller_says_so()
    {
        using var stop = new CancellationTokenSource();
        await using var receiver = await Receiver.Start(async context =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        });
        using var sender = new WebhookSender(Development, Silo, TimeProvider.System);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sender.Send(Call(receiver.Url), stop.Token));
    }

    [Fact]
    public async Task A_receiver_that_says_nothing_is_given_up_by_itself()
    {
        await using var receiver = await Receiver.Start(context => Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted));
        using var sender = new WebhookSender(Development, Silo, TimeProvider.System);
        Assert.Equal(new WebhookResult.Failed("no answer within 10 s"), await sender.Send(Call(receiver.Url), Cancel));
    }

    [Theory]
    [InlineData("127.0.0.1"), InlineData("10.0.0.1"), InlineData("169.254.169.254"), InlineData("::1"), InlineData("::ffff:127.0.0.1"), InlineData("fd00::1"), InlineData("0.0.0.0")]
    public async Task A_name_that_leads_to_no_public_address_is_not_called(string address)
    {
        await using var receiver = await Receiver.Start(Answer(200));
        using var sender = new WebhookSender(Bnb, Silo, TimeProvider.System, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(address)]));
        var failed = Assert.IsType<WebhookResult.Failed>(await sender.Send(Call($"https://customer.example:{new Uri(receiver.Url).Port}/"), Cancel));
        Assert.Equal("customer.example has no public address", failed.Reason);
        Assert.Empty(receiver.Came);
    }

    [Theory, InlineData("10.0.0.1"), InlineData("192.168.0.1"), InlineData("100.64.0.1")]
    public async Task On_a_development_chain_only_this_machine_is_let_through_as_well(string address)
    {
        using var sender = new WebhookSender(Development, Silo, TimeProvider.System, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(address)]));
        Assert.Equal(new WebhookResult.Failed("customer.example has no public address"), await sender.Send(Call("https://customer.example/"), Cancel));
    }

    [Fact]
    public async Task The_name_is_resolved_once_and_what_was_judged_is_called()
    {
        await using var receiver = await Receiver.Start(Answer(200));
        var asked = 0;
        using var sender = new WebhookSender(Development, Silo, TimeProvider.System, (_, _) =>
        {
            asked++;
            return Task.FromResult<IPAddress[]>([IPAddress.Parse("10.0.0.1"), IPAddress.Loopback]);        // the first is passed over
        });
        var url = $"http://localhost:{new Uri(receiver.Url).Port}/";
        Assert.IsType<WebhookResult.Delivered>(await sender.Send(Call(url), Cancel));
        Assert.Equal(1, asked);
        Assert.IsType<WebhookResult.Delivered>(await sender.Send(Call(url), Cancel));
        Assert.Equal(2, asked);                                                                            // a connection is not used again
    }

    [Theory, InlineData("http://127.0.0.1:1/"), InlineData("https://127.0.0.1:1/"), InlineData("https://10.0.0.1/"), InlineData("ftp://customer.example/")]
    public async Task An_address_that_cannot_have_been_registered_is_not_called(string url)
    {
        using var sender = new WebhookSender(Bnb, Silo, TimeProvider.System, (_, _) => throw new InvalidOperationException("resolved"));
        Assert.IsType<WebhookResult.Failed>(await sender.Send(Call(url), Cancel));
    }

    private static WebhookCall Call(string url) => new() { Url = url, Id = "order-7-Running", Body = "{\"id\":\"order-7-Running\"}"u8.ToArray() };

    private static RequestDelegate Answer(int status) => context =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    };
}
