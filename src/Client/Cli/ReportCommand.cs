using System.CommandLine;
using SwarmCompute.Attestation;
using SwarmCompute.Chain;
using SwarmCompute.Client.Verification;

namespace SwarmCompute.Client.Cli;

/// <summary><c>swarm report fetch|verify</c>.</summary>
internal static class ReportCommand
{
    public static Command Create() => new("report", "Fetches and verifies integrity reports.") { Fetch(), Verify() };

    private static Command Fetch()
    {
        var swarm = CommonOptions.Swarm();
        var number = CommonOptions.Order();
        var output = new Option<string>("--out") { Description = "the file to write", Required = true };
        var command = new Command("fetch", "Fetches the signed report of an order.") { number, swarm, output };
        command.SetAction(async (parsed, cancel) =>
        {
            var order = parsed.Read(number);
            using var client = parsed.Read(swarm).Connect();
            var report = await client.GetReport(order, cancel)
                ?? throw new CommandException($"order {order} has no report yet; it gets one when it is closed (swarm order close)");
            OutputFile.Write(parsed.GetRequiredValue(output), report);
        });
        return command;
    }

    private static Command Verify()
    {
        var file = new Argument<string>("file") { Description = "the signed report" };
        var rpc = new Option<string?>("--rpc") { Description = "a JSON-RPC endpoint of the chain; or give --swarm" };
        var chainId = new Option<ulong?>("--chain-id") { Description = "the chain's id; default: what the file says" };
        var book = new Option<string?>("--order-book") { Description = "the order book contract that you trust; default: what the file says, and then you trust the file in this" };
        var deployBlock = new Option<ulong>("--deploy-block") { Description = "the block in which the order book was created" };
        var swarm = CommonOptions.Swarm();
        var evidence = new EvidenceOptions("the head that signed the report");
        var command = new Command("verify", "Checks a signed report against the chain; asks no silo. Exit code 0 where all holds.") { file, rpc, chainId, book, deployBlock, swarm };
        evidence.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var bytes = InputFile.Read(parsed.GetRequiredValue(file), SignedReport.BytesMax, "a signed report");
            var report = CommonOptions.Parse(parsed.GetRequiredValue(file), _ => SignedReport.Parse(bytes)).Report;
            var options = parsed.GetValue(rpc) is { } endpoint
                ? Options(CommonOptions.ParseUrl(endpoint), parsed.GetValue(chainId), parsed.GetValue(book), parsed.GetValue(deployBlock), report)
                : parsed.Read(swarm).Chain;
            await using var chain = await ChainClient.ConnectToOrderBook(options, cancel);
            var policy = evidence.Policy(parsed);
            await using var vendors = evidence.Collateral(parsed);
            var how = policy is null ? null : await ReportCheck.EvidenceOf(bytes, EvidenceOptions.VerifierFor(report.ChainId), evidence.Given(parsed, vendors), policy, cancel);
            return Show(await ReportCheck.Verify(bytes, report.Order, chain, TimeProvider.System.GetUtcNow(), how, cancel), report);
        });
        return command;
    }

    // Only the order book is asked; the other two contracts play no part in a verification.
    private static ChainOptions Options(Uri rpc, ulong? chainId, string? book, ulong deployBlock, IntegrityReport report)
    {
        var orderBook = book is null ? report.OrderBook : CommonOptions.Parse(book, Address.Parse);
        if (book is null) Console.Error.WriteLine($"note: the order book {orderBook} is what the file itself says; give --order-book to name the one that you trust");
        return new ChainOptions
        {
            Rpc = rpc,
            ChainId = chainId ?? report.ChainId,
            OrderBook = orderBook,
            EscrowVault = orderBook,
            Token = orderBook,
            DeployBlock = deployBlock,
        };
    }

    private static int Show(AttestationResult result, IntegrityReport report)
    {
        foreach (var check in result.Checks) Console.WriteLine($"{(check.Passed ? "holds" : "FAILS")}  {check.Name}: {check.Detail}");
        var holds = result.Verdict == Verdict.Accepted;
        Console.WriteLine(holds ? $"The report of order {report.Order} holds." : "The report does not hold.");
        if (report.Evidence == Manifest.Development) Console.WriteLine($"Its evidence is 'development': {report.EvidenceMeaning}.");
        return holds ? 0 : 1;
    }
}
