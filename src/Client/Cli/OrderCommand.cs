using System.CommandLine;
using System.Globalization;
using SwarmCompute.Chain;
using SwarmCompute.Client.Orders;

namespace SwarmCompute.Client.Cli;

/// <summary><c>swarm order place|show|close</c>.</summary>
internal static class OrderCommand
{
    private const double HoursMax = 24 * 365;

    public static Command Create() => new("order", "Places, shows and closes orders.") { Place(), Show(), Close() };

    private static Command Place()
    {
        var swarm = CommonOptions.Swarm();
        var key = CommonOptions.KeyFile();
        var manifest = new Option<string>("--manifest") { Description = "the manifest (swarm manifest makes one)", Required = true };
        var deposit = new Option<string>("--deposit") { Description = "the most that it may cost, in wei; the rest comes back", Required = true };
        var price = new Option<string>("--unit-price") { Description = "the price of one generated token, in wei", Required = true };
        var hours = new Option<double>("--hours") { Description = "when the deposit comes back if no report was submitted", DefaultValueFactory = _ => 24 };
        var command = new Command("place", "Gives the swarm a manifest, puts the deposit into escrow and places the order.") { swarm, manifest, key, deposit, price, hours };
        command.SetAction(async (parsed, cancel) =>
        {
            var what = Manifest.Parse(InputFile.Read(parsed.GetRequiredValue(manifest), ManifestLimits.BytesMax, "a manifest"));
            var file = parsed.Read(swarm);
            var lasting = parsed.GetRequiredValue(hours);
            if (lasting is not (> 0 and <= HoursMax)) throw new CommandException($"--hours is {lasting}; give more than 0, at most {HoursMax}");
            using var account = parsed.ReadAccount(key);
            using var client = file.Connect();
            await using var chain = await ChainClient.Connect(file.Chain, cancel);
            await client.PutManifest(what, cancel);
            var (order, transaction) = await new Customer(chain, account)
                .Place(what, parsed.ReadWei(deposit), parsed.ReadWei(price), TimeProvider.System.GetUtcNow().AddHours(lasting), cancel);
            Console.WriteLine($"order {order} placed in transaction 0x{transaction}");
        });
        return command;
    }

    private static Command Show()
    {
        var swarm = CommonOptions.Swarm();
        var number = CommonOptions.Order();
        var command = new Command("show", "Shows how an order stands, in the swarm and on chain.") { number, swarm };
        command.SetAction(async (parsed, cancel) =>
        {
            var order = parsed.Read(number);
            var file = parsed.Read(swarm);
            using var client = file.Connect();
            await using var chain = await ChainClient.Connect(file.Chain, cancel);
            var view = (await OrderHistory.Read(chain, order, cancel)).View ?? throw new CommandException($"the chain has no order {order} in a final block");
            Console.WriteLine($"order {order}: {view.Status} on chain; deposited {view.Deposit}, unit price {view.UnitPrice}, paid {view.Paid}, refunded {view.Refunded} wei");
            Console.WriteLine($"  manifest {view.ManifestHash}, ends {view.EndsAt.ToString("u", CultureInfo.InvariantCulture)}");
            if (await client.GetOrder(order, cancel) is not { } progress) return;
            Console.WriteLine($"  in the swarm: {progress.Status}{(progress.Why is { } why ? $" ({why})" : "")}");
            foreach (var lease in progress.Leases) Console.WriteLine($"  slot {lease.Slot}, epoch {lease.Epoch}: {lease.Node}, {lease.Status}");
            foreach (var standby in progress.Standbys)
                Console.WriteLine($"  slot {standby.Slot}, epoch {standby.Epoch}: standby on {standby.Node}, {standby.Status}{(standby.Lag is { } lag ? $", {lag} frames behind" : "")}");
            foreach (var lost in progress.Lost) Console.WriteLine($"  slot {lost.Slot}, epoch {lost.Epoch}: lost on {lost.Node} ({lost.Reason})");
            if (progress.Head is { } head) Console.WriteLine($"  head: {head.Endpoint} ({(head.Ready ? "ready" : "not ready")})");
        });
        return command;
    }

    private static Command Close()
    {
        var swarm = CommonOptions.Swarm();
        var key = CommonOptions.KeyFile();
        var number = CommonOptions.Order();
        var command = new Command("close", "Ends an order: the report is signed, the providers are paid, the rest comes back.") { number, swarm, key };
        command.SetAction(async (parsed, cancel) =>
        {
            var order = parsed.Read(number);
            using var account = parsed.ReadAccount(key);
            await using var chain = await ChainClient.Connect(parsed.Read(swarm).Chain, cancel);
            var transaction = await new Customer(chain, account).Close(order, cancel);
            Console.WriteLine($"order {order} closes, in transaction 0x{transaction}");
        });
        return command;
    }
}
