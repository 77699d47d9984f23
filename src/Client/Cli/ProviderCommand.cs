using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Contracts;
using SwarmCompute.Client.Providers;

namespace SwarmCompute.Client.Cli;

/// <summary><c>swarm provider offer|show|withdraw|unstake</c>.</summary>
internal static class ProviderCommand
{
    private const uint CapacityMax = 64;
    private const double DaysMax = 90;                       // the registry takes no key for longer

    public static Command Create() => new("provider", "Registers a provider, offers its nodes, shows and pays out what it earned.") { Offer(), Show(), Withdraw(), Unstake() };

    private static Command Offer()
    {
        var (swarm, key) = (CommonOptions.Swarm(), CommonOptions.KeyFile());
        var certificate = new Option<string>("--certificate") { Description = "the silo's certificate (PEM); it names the node and its key", Required = true };
        var slots = new Option<uint>("--slots") { Description = "how many leases the node takes at once", DefaultValueFactory = _ => 1 };
        var price = new Option<string>("--unit-price") { Description = "the least that one slot must pay for a generated token, in wei", Required = true };
        var measurement = new Option<string>("--measurement") { Description = "what the node's software measures to (64 hexadecimal digits); default: development, which only development chains accept" };
        var days = new Option<double>("--days") { Description = "for how long the node's key is good", DefaultValueFactory = _ => DaysMax };
        var command = new Command("offer", "Registers the account, stakes for the node's leases, makes the node's key known and offers the node.") { swarm, key, certificate, slots, price, measurement, days };
        command.SetAction(async (parsed, cancel) =>
        {
            var capacity = parsed.GetRequiredValue(slots);
            if (capacity is 0 or > CapacityMax) throw new CommandException($"--slots is {capacity}; give 1 to {CapacityMax}");
            var lasting = parsed.GetRequiredValue(days);
            if (lasting is not (> 0 and <= DaysMax)) throw new CommandException($"--days is {lasting}; give more than 0, at most {DaysMax}");
            var file = parsed.Read(swarm);
            using var silo = X509Certificate2.CreateFromPem(System.Text.Encoding.ASCII.GetString(InputFile.Read(parsed.GetRequiredValue(certificate), 64 * 1024, "a certificate")));
            if (SwarmIdentity.TryRead(silo) is not SwarmIdentity.Silo identity) throw new CommandException($"{parsed.GetRequiredValue(certificate)} does not name a silo");
            var measured = parsed.GetValue(measurement) is { } text ? CommonOptions.Parse(text, Hash32.Parse) : DevelopmentEvidence.LeaseMeasurement;
            using var account = parsed.ReadAccount(key);
            await using var chain = await ChainClient.Connect(file.Chain, cancel);
            var nodeKey = new NodeKey(P256.KeyHash(silo), measured, TimeProvider.System.GetUtcNow().AddDays(lasting));
            var provider = await ProviderAccount.Open(chain, account, cancel);
            using var root = X509CertificateLoader.LoadCertificateFromFile(file.Root);
            var offer = await provider.Offer(new ProviderTerms(identity.Node, nodeKey, capacity, parsed.ReadWei(price), P256.KeyHash(root)), cancel);
            Console.WriteLine($"node {identity.Node} is offered, as offer {offer}; give the silo Node:Offer = {offer}");
        });
        return command;
    }

    private static Command Show()
    {
        var (swarm, key) = (CommonOptions.Swarm(), CommonOptions.KeyFile());
        var command = new Command("show", "Shows the provider's stake and what it may withdraw.") { swarm, key };
        command.SetAction((parsed, cancel) => With(parsed, swarm, key, async provider =>
        {
            var known = await provider.Read(cancel) ?? throw new CommandException("the account is not registered as a provider; 'swarm provider offer' registers it");
            Console.WriteLine($"staked {known.Staked}, locked {known.Locked}, coming back {known.Unstaking} wei{(known.Unstaking > Wei.Zero ? $" from {known.UnstakeAt.ToString("u", CultureInfo.InvariantCulture)}" : "")}");
            Console.WriteLine($"to withdraw: {await provider.Credit(cancel)} wei");
        }, cancel));
        return command;
    }

    private static Command Withdraw()
    {
        var (swarm, key) = (CommonOptions.Swarm(), CommonOptions.KeyFile());
        var command = new Command("withdraw", "Sends the provider what it has earned.") { swarm, key };
        command.SetAction((parsed, cancel) => With(parsed, swarm, key,
            async provider => Console.WriteLine($"withdrawn {await provider.Credit(cancel)} wei in transaction 0x{await provider.Withdraw(cancel)}"), cancel));
        return command;
    }

    private static Command Unstake()
    {
        var (swarm, key) = (CommonOptions.Swarm(), CommonOptions.KeyFile());
        var amount = new Option<string>("--amount") { Description = "how much stake to ask back, in wei; without it, what was asked for is taken" };
        var command = new Command("unstake", "Asks for stake back, and takes it once its cooldown is over.") { swarm, key, amount };
        command.SetAction((parsed, cancel) => With(parsed, swarm, key, async provider =>
        {
            var transaction = parsed.GetValue(amount) is { } text ? await provider.RequestUnstake(CommonOptions.Parse(text, Wei.Parse), cancel) : await provider.Unstake(cancel);
            Console.WriteLine($"done in transaction 0x{transaction}");
        }, cancel));
        return command;
    }

    private static async Task With(ParseResult parsed, Option<string> swarm, Option<string> key, Func<ProviderAccount, Task> act, CancellationToken cancel)
    {
        using var account = parsed.ReadAccount(key);
        await using var chain = await ChainClient.Connect(parsed.Read(swarm).Chain, cancel);
        await act(await ProviderAccount.Open(chain, account, cancel));
    }
}
