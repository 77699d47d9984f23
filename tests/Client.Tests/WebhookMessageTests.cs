using System.Globalization;
using System.Text;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Development;
using SwarmCompute.Chain.Webhooks;
using SwarmCompute.Client.Orders;

namespace SwarmCompute.Client.Tests;

/// <summary>What a receiver makes of a delivery.</summary>
public sealed class WebhookMessageTests
{
    private const string Id = "order-7-Completed";
    private const string Json = """
        {"id":"order-7-Completed","order":"7","chainId":31337,"orderBook":"0x00000000000000000000000000000000000000b1","phase":"Completed",
        "manifestHash":"1111111111111111111111111111111111111111111111111111111111111111","reportHash":"2222222222222222222222222222222222222222222222222222222222222222",
        "deposited":"1000","paid":"7","refunded":"993","at":"2026-11-25T04:00:00Z"}
        """;

    private static readonly DateTimeOffset Now = new(2026, 11, 25, 4, 0, 30, TimeSpan.Zero);
    private static readonly Account Silo = Anvil.Accounts[1];

    [Fact]
    public void A_signed_delivery_tells_who_signed_and_what_it_says()
    {
        var signed = Assert.IsType<WebhookCheck.Accepted>(Verify(Deliver(Json)));
        Assert.Equal((Silo.Address, Now), (signed.Signer, signed.SentAt));
        var message = signed.Message;
        Assert.Equal((Id, new OrderId(7), 31337UL, "Completed", new Wei(1000), new Wei(7), new Wei(993)),
            (message.Id, message.Order, message.ChainId, message.Phase, message.Deposited, message.Paid, message.Refunded));
        Assert.Equal(new DateTimeOffset(2026, 11, 25, 4, 0, 0, TimeSpan.Zero), message.At);
        Assert.NotNull(message.ReportHash);
    }

    [Fact]
    public void The_signers_header_may_be_neither_absent_nor_another()
    {
        Refused(WebhookHeaders.Signer, Deliver(Json) with { Signer = null });
        Refused("not one of 0x", Deliver(Json) with { Signer = Anvil.Accounts[2].Address.ToString() });
    }

    [Theory, InlineData(301), InlineData(-301)]
    public void One_that_was_sent_too_long_ago_or_too_far_ahead_is_refused(int seconds)
    {
        var delivery = Deliver(Json, Now.AddSeconds(seconds));
        Refused("too far from", delivery);
        Assert.IsType<WebhookCheck.Accepted>(Verify(delivery, TimeSpan.FromMinutes(6)));
        Assert.IsType<WebhookCheck.Accepted>(Verify(Deliver(Json, Now.AddSeconds(seconds > 0 ? 300 : -300))));
    }

    [Fact]
    public void Whatever_of_it_was_changed_it_is_refused()
    {
        var delivery = Deliver(Json);
        Refused("not one of", delivery with { Body = Encoding.UTF8.GetBytes(Json.Replace("993", "994", StringComparison.Ordinal)) });
        Refused("not one of", delivery with { Id = "order-7-Running" });
        Refused("not one of", delivery with { Timestamp = (Now.ToUnixTimeSeconds() + 1).ToString(CultureInfo.InvariantCulture) });
    }

    [Fact]
    public void Malformed_headers_are_named()
    {
        var delivery = Deliver(Json);
        foreach (var id in new[] { null, "", "a.b", "a b", new string('a', 65) }) Refused(WebhookHeaders.Id, delivery with { Id = id });
        foreach (var time in new[] { null, "", "-1", "1e9", " 1", "9999999999999" }) Refused(WebhookHeaders.Timestamp, delivery with { Timestamp = time });
        foreach (var signer in new[] { "", "0x", Silo.Address + "," + Silo.Address }) Refused(WebhookHeaders.Signer, delivery with { Signer = signer });
        foreach (var signature in new[] { null, "", "0x00", delivery.Signature![2..], delivery.Signature + "00", "0x" + new string('g', 130) })
            Refused(WebhookHeaders.Signature, delivery with { Signature = signature });
        Refused("signature is none", delivery with { Signature = "0x" + new string('0', 130) });
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"id":"order-7-Completed"}""")]
    public void A_signed_body_that_is_no_announcement_is_refused(string body) => Refused("not an announcement", Deliver(body));

    [Fact]
    public void An_announcement_under_anothers_id_or_without_end_is_refused()
    {
        Refused("not an announcement", Deliver(Json.Replace("\"order-7-Completed\"", "\"order-8-Completed\"", StringComparison.Ordinal)));
        Refused("more than", Deliver(Json + new string(' ', WebhookMessage.BytesMax)));
    }

    [Fact]
    public void A_registration_is_signed_over_the_text_that_the_silo_expects()
    {
        var chain = new ChainOptions { Rpc = new Uri("http://127.0.0.1:1"), ChainId = 31337, OrderBook = Silo.Address, EscrowVault = default, Token = default };
        var webhook = WebhookRegistration.Sign(new OrderId(7), "https://customer.example/", chain, Anvil.Accounts[3]);
        var text = WebhookText.Registration(31337, Silo.Address, new OrderId(7), "https://customer.example/");
        Assert.Equal(Anvil.Accounts[3].Address, SignedMessage.Signer(text, webhook.Signature.Span));
        Assert.Equal($$"""{"url":"https://customer.example/","signature":"0x{{Convert.ToHexStringLower(webhook.Signature.Span)}}"}""", Encoding.UTF8.GetString(webhook.ToJson()));
    }

    private static void Refused(string reason, Delivery delivery) =>
        Assert.Contains(reason, Assert.IsType<WebhookCheck.Refused>(Verify(delivery)).Reason, StringComparison.Ordinal);

    private static WebhookCheck Verify(Delivery delivery, TimeSpan? tolerance = null) => WebhookMessage.Verify(name => name switch
    {
        WebhookHeaders.Id => delivery.Id,
        WebhookHeaders.Timestamp => delivery.Timestamp,
        WebhookHeaders.Signer => delivery.Signer,
        WebhookHeaders.Signature => delivery.Signature,
        _ => null,
    }, delivery.Body, Now, tolerance);

    private static Delivery Deliver(string body, DateTimeOffset? at = null)
    {
        var (bytes, seconds) = (Encoding.UTF8.GetBytes(body), (at ?? Now).ToUnixTimeSeconds());
        var signature = SignedMessage.Sign(WebhookText.Delivery(Id, seconds, bytes), Silo);
        return new Delivery(Id, seconds.ToString(CultureInfo.InvariantCulture), Silo.Address.ToString(), $"0x{Convert.ToHexStringLower(signature)}", bytes);
    }

    private sealed record Delivery(string? Id, string? Timestamp, string? Signer, string? Signature, byte[] Body);
}
