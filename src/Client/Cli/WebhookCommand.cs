using System.CommandLine;
using System.Globalization;
using SwarmCompute.Chain.Webhooks;
using SwarmCompute.Client.Orders;

namespace SwarmCompute.Client.Cli;

/// <summary><c>swarm webhook set|remove|verify</c>.</summary>
internal static class WebhookCommand
{
    private const double MinutesMax = 10 * 366 * 24 * 60;

    public static Command Create() => new("webhook", "Has an order's phases announced at an https address, and checks what came there.") { Set(), Remove(), Verify() };

    private static Command Set()
    {
        var swarm = CommonOptions.Swarm();
        var key = CommonOptions.KeyFile();
        var number = CommonOptions.Order();
        var url = new Option<string>("--url") { Description = "the https address that is called", Required = true };
        var command = new Command("set", "Has the order announced at an address from now on; signed by the order's customer.") { number, url, swarm, key };
        command.SetAction((parsed, cancel) => parsed.GetRequiredValue(url) is { Length: > 0 } address
            ? Register(parsed, parsed.Read(number), address, parsed.Read(swarm), key, cancel)
            : throw new CommandException("--url is empty; to have nothing announced: swarm webhook remove"));
        return command;
    }

    private static Command Remove()
    {
        var swarm = CommonOptions.Swarm();
        var key = CommonOptions.KeyFile();
        var number = CommonOptions.Order();
        var command = new Command("remove", "Has nothing of the order announced any more; signed by the order's customer.") { number, swarm, key };
        command.SetAction((parsed, cancel) => Register(parsed, parsed.Read(number), "", parsed.Read(swarm), key, cancel));
        return command;
    }

    private static async Task Register(ParseResult parsed, OrderId order, string url, SwarmFile swarm, Option<string> key, CancellationToken cancel)
    {
        using var account = parsed.ReadAccount(key);
        using var client = swarm.Connect();
        await client.SetWebhook(WebhookRegistration.Sign(order, url, swarm.Chain, account), cancel);
        Console.WriteLine(url.Length == 0 ? $"order {order} is announced nowhere" : $"order {order} is announced at {url}");
    }

    private static Command Verify()
    {
        var file = new Argument<string>("file") { Description = "the body as it came, to the byte" };
        var id = new Option<string>("--id") { Description = $"the header {WebhookHeaders.Id}", Required = true };
        var timestamp = new Option<string>("--timestamp") { Description = $"the header {WebhookHeaders.Timestamp}", Required = true };
        var signer = new Option<string>("--signer") { Description = $"the header {WebhookHeaders.Signer}, or the account that you expect", Required = true };
        var signature = new Option<string>("--signature") { Description = $"the header {WebhookHeaders.Signature}", Required = true };
        var within = new Option<double>("--within-minutes") { Description = "how old it may be", DefaultValueFactory = _ => WebhookMessage.DefaultTolerance.TotalMinutes };
        var command = new Command("verify", "Checks a delivery, and says who signed it. Exit code 0 where it holds.") { file, id, timestamp, signer, signature, within };
        command.SetAction(parsed =>
        {
            var headers = new Dictionary<string, string?>
            {
                [WebhookHeaders.Id] = parsed.GetValue(id),
                [WebhookHeaders.Timestamp] = parsed.GetValue(timestamp),
                [WebhookHeaders.Signer] = parsed.GetValue(signer),
                [WebhookHeaders.Signature] = parsed.GetValue(signature),
            };
            var minutes = parsed.GetValue(within);
            if (minutes is not (> 0 and <= MinutesMax)) throw new CommandException($"--within-minutes is {minutes}; give more than 0, at most {MinutesMax}");
            var body = InputFile.Read(parsed.GetRequiredValue(file), WebhookMessage.BytesMax, "the body of a delivery");
            return Show(WebhookMessage.Verify(headers.GetValueOrDefault, body, TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(minutes)));
        });
        return command;
    }

    private static int Show(WebhookCheck check)
    {
        switch (check)
        {
            case WebhookCheck.Accepted { Message: var message } signed:
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"order {message.Order} is {message.Phase}, says {signed.Signer} at {signed.SentAt:u}"));
                Console.WriteLine($"Whether {signed.Signer} may say so: it must be a provider of order {message.Order} in the order book {message.OrderBook} of chain {message.ChainId}.");
                return 0;
            case WebhookCheck.Refused refused:
                throw new CommandException($"the delivery does not hold: {refused.Reason}");
            default:
                throw new InvalidOperationException($"{check.GetType().Name} is no outcome that this version knows.");
        }
    }
}
