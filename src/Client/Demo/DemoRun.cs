using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using SwarmCompute.Attestation;
using SwarmCompute.Chain;
using SwarmCompute.Client.Cli;
using SwarmCompute.Client.Inference;
using SwarmCompute.Client.Orders;
using SwarmCompute.Client.Verification;
using SwarmCompute.Vault;

namespace SwarmCompute.Client.Demo;

/// <summary>The demo, told in four parts: a swarm and an order; an answer; the same answer through a server's death; report and payment.</summary>
internal sealed class DemoRun(DemoOptions options, RepositoryRoot root, DemoNarrator narrator, TimeProvider time)
{
    private const long ModelBytesMax = 1L << 40;
    private const int ContextTokensMax = 4096;
    private static readonly Wei UnitPrice = new(1_000_000_000_000);            // 10^-6 USDT a token: one USDT for a million
    private static readonly TimeSpan PlaceTimeout = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan SettleTimeout = TimeSpan.FromSeconds(90);

    /// <summary>Runs it. Everything that was started is stopped when this returns, in whichever way.</summary>
    /// <exception cref="CommandException">It cannot go on; the message is for the person.</exception>
    public async Task<DemoResult> Run(CancellationToken cancel)
    {
        using var folder = DemoFolder.Take(Path.GetFullPath(options.Folder ?? root.Below(".swarm", "demo")));
        try
        {
            return await Tell(folder, cancel);
        }
        catch (Exception wrong) when (wrong is SwarmException or EmbeddedStoreException)
        {
            throw new CommandException($"{wrong.Message} (the logs are in {folder.Logs})", wrong);
        }
    }

    private async Task<DemoResult> Tell(DemoFolder folder, CancellationToken cancel)
    {
        narrator.Chapter("A swarm on this machine");
        var model = await narrator.Step("Checking the model", () => ModelFile.Check(options.Model, root, cancel));
        narrator.Fact($"{Path.GetFileName(model.Path)}: {model.Architecture}, {model.Layers} layers");
        var asset = await narrator.Step("Putting it into the asset store, under its hash", () => Store(model, folder, cancel));
        await using var chain = await narrator.Step(options.Rpc is null ? "Starting a chain, deploying the contracts" : $"Deploying the contracts at {options.Rpc}",
            () => DemoChain.Start(options, root, folder, cancel));
        await using var swarm = await narrator.Step("Starting the store and the authority",
            () => DemoSwarm.Start(root, folder, chain.Options.ChainId, time, cancel));
        await narrator.Step("Starting three silos", () => swarm.StartSilos(options, root, folder, chain, cancel));
        foreach (var silo in swarm.Silos) narrator.Fact($"{silo.Node} is process {silo.Process.Id}, {silo.Web}");
        narrator.Notice("The guests are plain processes (development mode): no hardware vouches for this run.");

        using var client = new SwarmClient(new SwarmClientOptions { Silos = [.. swarm.Silos.Select(s => s.Web)], Root = swarm.Certification.Root }, time);
        var manifest = Manifest(model, asset, swarm.Certification.KeyHash);
        narrator.Chapter("An order");
        var order = await Place(client, chain, manifest, cancel);

        narrator.Chapter("An answer");
        var reference = await Answer(client, order, cancel);
        var killAtToken = KillAtToken(reference.Tokens.Length);

        narrator.Chapter("The same again, and a server dies");
        var survival = await new Survival(options, narrator, time).Run(client, order, swarm, Request, killAtToken, cancel);
        var equal = survival.Tokens.SequenceEqual(reference.Tokens) && survival.Text == reference.Text;
        if (!equal) throw new CommandException($"the text after the kill differs from the uninterrupted one; this is a bug. The logs are in {folder.Logs}");
        narrator.Fact($"The same {survival.Tokens.Length} tokens, and the same text, as without the kill. The longest wait between two tokens was {survival.Gap.TotalSeconds:0.00} s.");

        narrator.Chapter("Report and payment");
        var (file, checks) = await Report(client, chain, order, folder, cancel);
        var signed = SignedReport.Parse(file);
        var view = await Payment(chain, order, cancel);
        if (options.Keep) await Keep(folder, chain, swarm, cancel);
        return new DemoResult
        {
            Order = order,
            ManifestHash = manifest.Hash,
            Transactions = view.Transactions,
            Stages = manifest.Stages,
            Tokens = survival.Tokens.Length,
            Text = survival.Text,
            Killed = survival.Killed,
            Gap = survival.Gap,
            EqualsUninterrupted = equal,
            ReportHash = signed.Report.Hash,
            ReportVerified = checks.Verdict == Verdict.Accepted,
            Evidence = signed.Report.Evidence,
            Deposited = view.Deposit,
            Paid = view.Paid,
            Refunded = view.Refunded,
        };
    }

    private CompletionRequest Request => new() { Prompt = options.Prompt, TokensMax = options.Tokens };

    private static async Task<Asset> Store(ModelFile model, DemoFolder folder, CancellationToken cancel)
    {
        await using var file = File.OpenRead(model.Path);
        return await new FileAssetStore(folder.Assets).Put(file, ModelBytesMax, cancel);
    }

    private Manifest Manifest(ModelFile model, Asset asset, Hash32 authority) => new(
        SwarmCompute.Manifest.LlamaCpp, new ModelReference(asset.Sha256, asset.SizeBytes), Math.Min(DemoOptions.Silos, model.Layers),
        Math.Clamp(model.ContextTokens, ManifestLimits.ContextTokensMin, ContextTokensMax), Threads: 1, [SwarmCompute.Manifest.Development], authority)
    { Standby = options.Standby };

    private async Task<OrderId> Place(SwarmClient client, DemoChain chain, Manifest manifest, CancellationToken cancel)
    {
        await narrator.Step($"Giving the swarm the manifest {Short(manifest.Hash)}", () => client.PutManifest(manifest, cancel));
        var deposit = options.Deposit ?? UnitPrice * (ulong)(4 * options.Tokens);
        var customer = new Customer(chain.Client, chain.Customer);
        var (order, transaction) = await narrator.Step($"Placing the order, {Tokens(deposit)} into escrow",
            () => customer.Place(manifest, deposit, UnitPrice, time.GetUtcNow().AddHours(1), cancel));
        narrator.Fact($"Order {order}: {manifest.Stages} slots at {Tokens(UnitPrice)} a token, in transaction {Short(transaction)}");
        var leases = new LeaseStory(narrator);
        var running = await narrator.Step("Leases are assigned, guests start, load their layers and link up",
            () => client.WaitFor(order, p => p.IsOver || p is { Status: "Running", Head.Ready: true }, PlaceTimeout, leases.Follow, cancel));
        leases.Flush();
        if (running.IsOver) throw new CommandException($"order {order} is {running.Status}{(running.Why is { } why ? $": {why}" : "")}");
        if (options.Standby)
            await narrator.Step("Standbys start, load the same layers, and follow",
                () => client.WaitFor(order, p => p.IsOver || (p.Standbys.Length == manifest.Stages - 1 && p.Standbys.All(s => s.Lag is not null)), PlaceTimeout, null, cancel));
        return order;
    }

    private async Task<(ImmutableArray<int> Tokens, string Text)> Answer(SwarmClient client, OrderId order, CancellationToken cancel)
    {
        narrator.Text("  " + options.Prompt);
        var tokens = ImmutableArray.CreateBuilder<int>();
        var text = new StringBuilder();
        await foreach (var happening in client.Complete(order, Request, cancel))
        {
            if (happening is CompletionEvent.Token token) tokens.Add(token.Id);
            var piece = happening switch
            {
                CompletionEvent.Token t => t.Text,
                CompletionEvent.Finished f => f.Text,
                _ => "",
            };
            text.Append(piece);
            narrator.Text(piece);
        }
        narrator.EndText();
        return (tokens.ToImmutable(), text.ToString());
    }

    /// <summary>Where the person wants it, or after a third of the answer.</summary>
    private int KillAtToken(int answerTokens)
    {
        var killAtToken = options.KillAtToken ?? Math.Max(1, answerTokens / 3);
        return answerTokens > killAtToken
            ? killAtToken
            : throw new CommandException($"the model ended its answer after {answerTokens} tokens, before a kill at token {killAtToken}; give an earlier --kill-at-token, or another --prompt");
    }

    private async Task<(byte[] File, AttestationResult Checks)> Report(SwarmClient client, DemoChain chain, OrderId order, DemoFolder folder, CancellationToken cancel)
    {
        var customer = new Customer(chain.Client, chain.Customer);
        await narrator.Step("Closing the order on chain", () => customer.Close(order, cancel));
        await narrator.Step("The head signs its report, the silos submit and settle it",
            () => client.WaitFor(order, p => p.IsOver, SettleTimeout, null, cancel));
        var file = await client.GetReport(order, cancel) ?? throw new CommandException($"order {order} has no report, though it is over");
        var checks = await narrator.Step("Verifying the report against the chain", () => ReportCheck.Verify(file, order, chain.Client, time.GetUtcNow(), null, cancel));
        narrator.Table(["check", "", "found"], checks.Checks.Select(c => new[] { c.Name, c.Passed ? "holds" : "FAILS", c.Detail }));
        if (checks.Verdict != Verdict.Accepted) throw new CommandException($"the report does not hold: {checks.Why}");
        OutputFile.Write(folder.Report, file);
        narrator.Fact($"The signed report is kept in {folder.Report}");
        return (file, checks);
    }

    private async Task<OrderView> Payment(DemoChain chain, OrderId order, CancellationToken cancel)
    {
        var view = (await OrderHistory.Read(chain.Client, order, cancel)).View!;
        if (view.Paid + view.Refunded != view.Deposit)
            throw new CommandException($"the chain paid {view.Paid} and refunded {view.Refunded} of a deposit of {view.Deposit}; this is a bug in the contracts");
        narrator.Fact($"{view.Units} tokens at {Tokens(UnitPrice)}: paid {Tokens(view.Paid)}, refunded {Tokens(view.Refunded)}, deposited {Tokens(view.Deposit)}");
        var escrow = new Escrow(chain.Client, null);
        var rows = new List<string[]>();
        foreach (var (provider, index) in chain.Providers.Select((p, i) => (p, i)))
        {
            var slots = view.Leases.Where(l => l.Provider == provider.Address).Select(l => l.Slot.ToString(CultureInfo.InvariantCulture)).ToList();
            rows.Add([$"node-{index + 1}", provider.Address.ToString(), slots.Count == 0 ? "none" : string.Join(", ", slots), Tokens(await escrow.CreditOf(chain.Options.Token, provider.Address, cancel))]);
        }
        narrator.Table(["provider", "account", "slots at the end", "credit in escrow"], rows);
        return view;
    }

    /// <summary>Leaves the swarm up until the person stops it.</summary>
    private async Task Keep(DemoFolder folder, DemoChain chain, DemoSwarm swarm, CancellationToken cancel)
    {
        var root = folder.InRun("authority", CertificateAuthority.CertificateFile);
        var file = folder.Write("swarm.json", new SwarmFile([.. swarm.Silos.Where(s => !s.Process.HasExited).Select(s => s.Web)], root, chain.Options).ToBytes());
        narrator.Notice($"The swarm stays up until Ctrl-C. In another terminal: ./swarm status --swarm {file}");
        await Task.Delay(Timeout.InfiniteTimeSpan, time, cancel);
    }

    /// <summary>An amount of a token with 18 decimals.</summary>
    private static string Tokens(Wei amount)
    {
        var (whole, rest) = UInt128.DivRem(amount.Value, 1_000_000_000_000_000_000);
        return string.Create(CultureInfo.InvariantCulture, $"{whole}.{rest:D18}").TrimEnd('0').TrimEnd('.') + " USDT";
    }

    private static string Short(Hash32 hash) => $"{hash.ToString()[..10]}…";
}
