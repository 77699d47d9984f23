using System.Net;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Webhooks;
using SwarmCompute.Grains.Tests.Cluster;
using SwarmCompute.Grains.Webhooks;

namespace SwarmCompute.Grains.Tests.Webhooks;

public sealed class WebhookUrlTests
{
    private const ulong Bnb = 56;
    private const ulong Development = 31337;

    [Theory]
    [InlineData("https://customer.example")]
    [InlineData("https://customer.example/hooks/@me?key=a%20b&x=1")]
    [InlineData("https://customer.example:8443/")]
    [InlineData("https://8.8.8.8/")]
    [InlineData("https://[2606:4700::1111]:443/")]
    public void An_https_address_of_a_public_host_is_taken_on_every_chain(string url)
    {
        Assert.Null(WebhookUrl.Refusal(url, Bnb));
        Assert.Null(WebhookUrl.Refusal(url, Development));
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080/hook")]
    [InlineData("http://localhost/hook")]
    [InlineData("http://[::1]:1/")]
    [InlineData("https://127.0.0.1/")]
    public void This_machine_is_taken_on_a_development_chain_only(string url)
    {
        Assert.Null(WebhookUrl.Refusal(url, Development));
        Assert.Null(WebhookUrl.Refusal(url, 1337));
        Assert.NotNull(WebhookUrl.Refusal(url, Bnb));
    }

    [Theory]
    [InlineData("", "no https address")]
    [InlineData("customer.example", "no https address")]
    [InlineData("/hook", "no https address")]
    [InlineData("ftp://customer.example/", "no https address")]
    [InlineData("file:///etc/passwd", "no https address")]
    [InlineData("http://customer.example/", "not https")]
    [InlineData("http://10.0.0.1/", "not https")]
    [InlineData("https://user:password@customer.example/", "names a user")]
    [InlineData("https://@customer.example/", "names a user")]
    [InlineData("https:customer.example@127.0.0.1/", "no https address")]
    [InlineData("https:////customer.example@10.0.0.1/", "no https address|names a user|no public address")]
    [InlineData("https://customer.example/#top", "fragment")]
    [InlineData("https://customer.example/a b", "characters")]
    [InlineData("https://customer.example/\nurl https://other.example/", "characters")]
    [InlineData("https://customer.example\\@127.0.0.1/", "characters")]
    [InlineData("https://bücher.example/", "characters")]
    [InlineData("https://customer.example:0/", "port 0")]
    [InlineData("https://10.0.0.1/", "no public address")]
    [InlineData("https://0x7f.1/", "no https address|no public address")]
    [InlineData("https://[::ffff:192.168.0.1]/", "no public address")]
    [InlineData("https://169.254.169.254/latest/meta-data", "no public address")]
    public void Anything_else_is_refused_with_its_reason(string url, string reason) =>
        Assert.Contains(reason.Split('|'), r => (WebhookUrl.Refusal(url, Bnb) ?? "").Contains(r, StringComparison.Ordinal));

    [Fact]
    public void An_address_has_at_most_512_characters()
    {
        var longest = "https://customer.example/".PadRight(512, 'a');
        Assert.Null(WebhookUrl.Refusal(longest, Bnb));
        Assert.Contains("513", WebhookUrl.Refusal(longest + "a", Bnb), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8.8.8.8", true), InlineData("1.1.1.1", true), InlineData("100.63.255.255", true), InlineData("100.128.0.0", true), InlineData("172.15.255.255", true)]
    [InlineData("172.32.0.0", true), InlineData("223.255.255.255", true), InlineData("2606:4700::1111", true), InlineData("2a00::1", true), InlineData("::ffff:8.8.8.8", true)]
    [InlineData("0.0.0.0", false), InlineData("10.1.2.3", false), InlineData("100.64.0.1", false), InlineData("100.127.255.255", false), InlineData("127.0.0.1", false)]
    [InlineData("127.255.0.1", false), InlineData("169.254.169.254", false), InlineData("172.16.0.1", false), InlineData("172.31.255.255", false), InlineData("192.168.1.1", false)]
    [InlineData("192.0.2.1", false), InlineData("198.18.0.1", false), InlineData("224.0.0.1", false), InlineData("255.255.255.255", false), InlineData("::", false), InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false), InlineData("::ffff:10.0.0.1", false), InlineData("::10.0.0.1", false), InlineData("fe80::1", false), InlineData("fc00::1", false)]
    [InlineData("fd12::1", false), InlineData("ff02::1", false), InlineData("64:ff9b::a00:1", false), InlineData("2002:a00:1::1", false), InlineData("2001::1", false), InlineData("2001:db8::1", false)]
    public void Only_addresses_of_the_public_internet_are_public(string address, bool isPublic) =>
        Assert.Equal(isPublic, PublicAddress.Contains(IPAddress.Parse(address)));

    [Fact]
    public void A_registration_holds_for_its_order_its_chain_and_its_address_alone()
    {
        var view = new OrderView { Status = OrderStatus.Open, Customer = FakeChain.Customer.Address, ManifestHash = default, Deposit = default, UnitPrice = default, ComputePrice = default, Token = default, Events = 1, Slots = 1, AuthorityKeyHash = default, EndsAt = default };
        var chain = GuestForge.Chain;
        const string url = "https://customer.example/";
        var signature = SignedMessage.Sign(WebhookText.Registration(chain.ChainId, chain.OrderBook, new OrderId(7), url), FakeChain.Customer);
        Assert.Null(WebhookRegistration.Refusal(new OrderId(7), view, url, signature, chain));
        Assert.NotNull(WebhookRegistration.Refusal(new OrderId(8), view, url, signature, chain));
        Assert.NotNull(WebhookRegistration.Refusal(new OrderId(7), view, "https://other.example/", signature, chain));
        Assert.NotNull(WebhookRegistration.Refusal(new OrderId(7), view, "", signature, chain));
        Assert.NotNull(WebhookRegistration.Refusal(new OrderId(7), view, url, signature, chain with { ChainId = 1337 }));
        Assert.NotNull(WebhookRegistration.Refusal(new OrderId(7), view, url, signature, chain with { OrderBook = chain.Token }));
        Assert.Contains("65 bytes", WebhookRegistration.Refusal(new OrderId(7), view, url, signature[1..], chain), StringComparison.Ordinal);
    }
}
