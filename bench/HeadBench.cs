using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Development;
using SwarmCompute.Chain.Sync;
using SwarmCompute.Client.ChainTrial;
using SwarmCompute.Client.Cli;

namespace SwarmCompute.Bench;

/// <summary>
/// How long after a block is announced an order shows what is in it: from when this process hears of the block on a WebSocket of the node to when
/// a silo, which has a WebSocket of its own, answers with that block's event in the order's latest view. Every block has one event of the order.
/// </summary>
internal static class HeadBench
{
    private const int Blocks = 300, BlocksBefore = 20, DefaultPollMs = 1000;
    private const double BlockMs = 450;
    private static readonly TimeSpan PollPause = TimeSpan.FromMilliseconds(5), OrderLasts = TimeSpan.FromDays(1);
    private static readonly Account Customer = Anvil.Accounts[1];

    public static async Task Run(string repository, CancellationToken cancel)
    {
        await Report.SayMachine(cancel);
        var binary = Path.Combine(repository, "native", "node_modules", "@foundry-rs", "anvil-linux-amd64", "bin", "anvil");
        await using var anvil = await Anvil.Start(new AnvilOptions { BinaryPath = binary, BlockTime = TimeSpan.FromMilliseconds(BlockMs) }, cancel);
        var contracts = await Deployment.DeployDevelopment(anvil.Rpc, Anvil.Accounts[0], cancel);
        await using var client = await ChainClient.Connect(contracts, cancel);
        var order = await Place(client, cancel);
        var socket = new UriBuilder(anvil.Rpc) { Scheme = "ws" }.Uri;
        var root = RepositoryRoot.Find();
        using var folder = new TrialFolder(root.Below(".swarm", "bench"));
        await using var silo = new TrialSilo(root, folder, contracts with { Sockets = [socket] }, RandomNumberGenerator.GetBytes(Hash32.Size), DefaultPollMs);
        await silo.Launch(cancel);
        while (await LatestSequence(silo, order, cancel) == 0) await Task.Delay(PollPause, cancel);
        using var listener = new HeadListener();
        await listener.Subscribe(socket, cancel);
        var (first, last, shown) = await Watch(client, silo, listener, order, cancel);
        await Say(client, listener, shown, first, last, cancel);
    }

    private static async Task<OrderId> Place(ChainClient client, CancellationToken cancel)
    {
        var amount = new Wei(1_000_000_000);
        await new Token(client, Anvil.Accounts[0]).Mint(Customer.Address, amount, cancel);
        await new Token(client, Customer).Approve(client.Options.EscrowVault, amount, cancel);
        var request = new OrderRequest
        {
            ManifestHash = Hash32.Sha256("bench"u8),
            Token = client.Options.Token,
            Deposit = new Wei(1000),
            UnitPrice = new Wei(1),
            Slots = 1,
            AuthorityKeyHash = Hash32.Sha256("authority"u8),
            EndsAt = TimeProvider.System.GetUtcNow() + OrderLasts,
        };
        return (await new OrderBook(client, Customer).PlaceOrder(request, [], cancel)).Order;
    }

    /// <summary>Puts an event into each block.</summary>
    /// <returns>The blocks that count, and by sequence when the silo first showed an event.</returns>
    private static async Task<(ulong First, ulong Last, ConcurrentDictionary<uint, long> Shown)> Watch(
        ChainClient client, TrialSilo silo, HeadListener listener, OrderId order, CancellationToken cancel)
    {
        var (shown, deposit) = (new ConcurrentDictionary<uint, long>(), new AnvilCall(Customer.Address, client.Options.OrderBook, OrderCallData.AddDeposit(order, new Wei(1))));
        using var control = new AnvilControl(client.Options.Rpc);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var showing = Poll(silo, order, shown, end.Token);
        var first = await listener.Next(cancel) + BlocksBefore;
        for (ulong block = 0; block < first + Blocks; block = await listener.Next(cancel)) await control.Send(deposit, cancel);
        await Task.Delay(TimeSpan.FromMilliseconds(10 * BlockMs), cancel);
        await end.CancelAsync();
        await showing;
        return (first, first + Blocks - 1, shown);
    }

    /// <summary>The sequence of the last event in an order's latest view; 0 where it has none yet.</summary>
    private static async Task<uint> LatestSequence(TrialSilo silo, OrderId order, CancellationToken cancel) =>
        (uint?)(await silo.Order(order, cancel))?["latest"]?["sequence"] ?? 0;

    private static async Task Poll(TrialSilo silo, OrderId order, ConcurrentDictionary<uint, long> shown, CancellationToken end)
    {
        try
        {
            for (uint known = 1; ;)
            {
                var latest = await LatestSequence(silo, order, end);
                var now = Stopwatch.GetTimestamp();
                while (known <= latest) shown.TryAdd(known++, now);
                await Task.Delay(PollPause, end);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // All blocks are there.
        }
    }

    private static async Task Say(ChainClient client, HeadListener listener, ConcurrentDictionary<uint, long> shown, ulong first, ulong last, CancellationToken cancel)
    {
        var logs = await new RpcChainSource(client).Logs(0, first, last, order: null, cancel);
        var times = logs.Select(log => Stopwatch.GetElapsedTime(listener.Seen[log.Block], shown[log.Event!.Sequence]).TotalMilliseconds).ToList();
        var (half, most) = (Report.Median(times), Report.Quantile(times, 0.99));
        Report.Say($"{times.Count} events in {Blocks} blocks of {BlockMs} ms");
        Report.Say($"head to grain: p50 {half:F0} ms, p99 {most:F0} ms, most {times.Max():F0} ms; p99 of a block's time: {most / BlockMs:F2}; target below 1");
    }
}
