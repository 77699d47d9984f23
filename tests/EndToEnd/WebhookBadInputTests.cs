using System.Globalization;
using System.Text;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Development;
using SwarmCompute.Chain.Webhooks;
using SwarmCompute.Client.Orders;

namespace SwarmCompute.EndToEnd;

/// <summary>What is wrong about a webhook and no silo need say: one line, exit code 1.</summary>
public sealed class WebhookBadInputTests : IDisposable
{
    private const string Id = "order-7-Running";
    private const string Body = """{"id":"order-7-Running","order":"7","chainId":31337,"orderBook":"0x00000000000000000000000000000000000000b1","phase":"Running","manifestHash":"0000000000000000000000000000000000000000000000000000000000000000","reportHash":null,"deposited":"1000","paid":"0","refunded":"0","at":"2026-11-25T04:00:00Z"}""";
    private static readonly Account Silo = Anvil.Accounts[1];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_delivery_that_came_as_it_was_sent_holds()
    {
        var (exitCode, output, errors) = await SwarmCli.Run(Delivery(Body));
        Assert.True(exitCode == 0, errors);
        Assert.StartsWith($"order 7 is Running, says {Silo.Address}", output, StringComparison.Ordinal);
        // As it comes through a pipe, which has no length.
        await using var piped = SwarmCli.Start(Delivery(Body, file: "/dev/stdin"));
        piped.Type(Body);
        Assert.True(await piped.Exit() == 0, piped.Errors);
    }

    [Fact]
    public Task A_delivery_that_was_changed() =>
        SwarmCli.Refused("does not hold: The signature is not one of", Delivery(Body, came: Body.Replace("Running", "Expired", StringComparison.Ordinal)));

    [Fact]
    public Task A_delivery_of_which_nobody_says_who_signed_it() => SwarmCli.Refused("--signer", Delivery(Body, but: ("--signer", null)));

    [Theory]
    [InlineData("--id", "order 7", "header webhook-id is missing or malformed")]
    [InlineData("--id", "", "header webhook-id is missing or malformed")]
    [InlineData("--timestamp", "yesterday", "header webhook-timestamp is missing or malformed")]
    [InlineData("--signer", "0x12", "header swarm-signer is missing or malformed")]
    [InlineData("--signature", "0x12", "header swarm-signature is missing or malformed")]
    [InlineData("--within-minutes", "0", "--within-minutes is 0")]
    [InlineData("--within-minutes", "NaN", "--within-minutes is NaN")]
    [InlineData("--timestamp", "1000", "It was sent at 1970-01-01 00:16:40Z")]
    public Task A_header_that_is_none(string header, string value, string said) => SwarmCli.Refused(said, Delivery(Body, but: (header, value)));

    [Theory]
    [InlineData("{}")]
    [InlineData("no JSON")]
    [InlineData("")]
    public Task A_body_that_is_no_announcement(string body) => SwarmCli.Refused("The body is not an announcement of that id", Delivery(body));

    [Fact]
    public Task A_body_that_is_too_long() =>
        SwarmCli.Refused("has more than 4096 bytes; give the body of a delivery", Delivery(Body + new string(' ', WebhookMessage.BytesMax)));

    [Fact]
    public Task A_body_without_an_end() => SwarmCli.Refused("has more than 4096 bytes; give the body of a delivery", Delivery(Body, file: "/dev/zero"));

    [Theory]
    [InlineData("nothing.json", "cannot be read")]
    [InlineData(".", "cannot be read")]
    [InlineData("", "no file is named")]
    public Task A_body_that_is_not_there(string name, string said) => SwarmCli.Refused(said, Delivery(Body, file: name.Length == 0 ? "" : _folder.File(name)));

    [Theory]
    [InlineData("'abc' is not an order id", "abc", "--url", "https://customer.example/")]
    [InlineData("--url is empty", "7", "--url", "")]
    [InlineData("--url", "7")]
    public Task A_registration_that_says_too_little(string said, params string[] arguments) =>
        SwarmCli.Refused(said, ["webhook", "set", "--swarm", Swarm("[\"https://127.0.0.1:9\"]"), "--key-file", Key("1"), .. arguments]);

    [Theory]
    [InlineData("there is no key here", "is not a key file")]
    [InlineData("", "is not a key file")]
    public Task A_key_that_is_none(string key, string said) => SwarmCli.Refused(said, Remove(Swarm("[\"https://127.0.0.1:9\"]"), Key(key)));

    [Fact]
    public Task A_key_file_without_a_name() => SwarmCli.Refused("no key file is named", Remove(Swarm("[\"https://127.0.0.1:9\"]"), ""));

    [Theory]
    [InlineData("[]", "it lacks 'silos'")]
    [InlineData("[null]", "'' is not an https address")]
    [InlineData("[\"https://127.0.0.1:9\"]", "no silo answers")]
    public Task A_swarm_without_a_silo(string silos, string said) => SwarmCli.Refused(said, Remove(Swarm(silos), Key("1")));

    public void Dispose() => _folder.Dispose();

    private static string[] Remove(string swarm, string key) => ["webhook", "remove", "7", "--swarm", swarm, "--key-file", key];

    private string[] Delivery(string body, string? came = null, string? file = null, (string Name, string? Value) but = default)
    {
        var sentAt = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var signature = SignedMessage.Sign(WebhookText.Delivery(Id, sentAt, Encoding.UTF8.GetBytes(body)), Silo);
        Dictionary<string, string?> headers = new()
        {
            ["--id"] = Id,
            ["--timestamp"] = sentAt.ToString(CultureInfo.InvariantCulture),
            ["--signer"] = Silo.Address.ToString(),
            ["--signature"] = $"0x{Convert.ToHexStringLower(signature)}",
        };
        if (but.Name is { } name) headers[name] = but.Value;
        return
        [
            "webhook", "verify", file ?? _folder.Write("body.json", Encoding.UTF8.GetBytes(came ?? body)),
            .. headers.Where(h => h.Value is not null).SelectMany(h => new[] { h.Key, h.Value! }),
        ];
    }

    private string Key(string text) => _folder.Write("customer.key", Encoding.ASCII.GetBytes(text.Length == 1 ? new string(text[0], 64) : text));

    private string Swarm(string silos)
    {
        using var authority = Attestation.CertificateAuthority.Create(TimeProvider.System);
        authority.Save(_folder.Path);
        const string Address = "0x00000000000000000000000000000000000000a1";
        return _folder.Write("swarm.json", Encoding.UTF8.GetBytes($$$"""
            {"silos":{{{silos}}},"root":"{{{Attestation.CertificateAuthority.CertificateFile}}}","chain":{"rpc":"http://127.0.0.1:9","chainId":31337,"orderBook":"{{{Address}}}","escrowVault":"{{{Address}}}","token":"{{{Address}}}","deployBlock":0}}
            """));
    }
}
