using SwarmCompute.Chain;
using SwarmCompute.Client.ChainTrial;
using SwarmCompute.Client.Cli;

namespace SwarmCompute.Client.ChainCrash;

/// <summary>
/// A run of kills: each round gives the silo one more report to bring to the chain, and kills it (SIGKILL) at a random moment between when it
/// has taken the report and when the order is paid in a final block. At the end every order must have been paid, once.
/// </summary>
internal sealed class CrashRun(CrashOptions options, RepositoryRoot root, Action<string> say)
{
    private const int OrdersAtOnce = 16;
    private const int SayEvery = 20;

    /// <summary>What it takes, on a quiet machine, from a report to the final block in which the order is settled. It shrinks where that is too long.</summary>
    private static readonly TimeSpan LatestKill = TimeSpan.FromSeconds(2.2);
    private static readonly TimeSpan GiveTime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(100);

    private readonly Random _random = new(options.Seed);
    private readonly List<CrashOrder> _orders = [];

    /// <summary>Runs it. Everything that was started is stopped when this returns.</summary>
    public async Task<CrashResult> Run(CancellationToken cancel)
    {
        var began = TimeProvider.System.GetTimestamp();
        using var folder = new TrialFolder(Path.GetFullPath(options.Folder ?? root.Below(".swarm", "crash")));
        await using var chain = await CrashChain.Start(root, cancel);
        await using var silo = new TrialSilo(root, folder, chain.ForSilo, chain.SiloKey);
        await silo.Launch(cancel);
        say($"the silo is to be killed {options.Rounds} times between an intent and its confirmation");
        await Kill(chain, silo, cancel);
        say("the silo lives; every order is to be paid");
        await WaitForEnd(chain, cancel);
        return await Judge(chain, cancel) with { Seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds };
    }

    private async Task Kill(CrashChain chain, TrialSilo silo, CancellationToken cancel)
    {
        var (rounds, latest, waiting) = (0, LatestKill, new Queue<CrashOrder>());
        while (rounds < options.Rounds)
        {
            if (waiting.Count == 0) waiting = new Queue<CrashOrder>(await chain.Run(OrdersAtOnce, _random, cancel));
            var order = waiting.Dequeue();
            _orders.Add(order);
            await Give(silo, order, cancel);
            chain.Break(_random);
            await Task.Delay(latest * _random.NextDouble(), cancel);
            await silo.Kill();
            if (await chain.Order(order, cancel) is { IsOver: true }) latest *= 0.9;      // too late: this was no kill in between
            else rounds++;
            await silo.Launch(cancel);
            if (rounds % SayEvery == 0) say($"{rounds} kills");
        }
    }

    /// <summary>Gives the report until a silo has taken it, as whoever has it would.</summary>
    private static async Task Give(TrialSilo silo, CrashOrder order, CancellationToken cancel)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                using var client = silo.Client();
                await client.GiveReport(order.Id, order.Report, cancel);
                return;
            }
            catch (SwarmException) when (TimeProvider.System.GetElapsedTime(began) < GiveTime)
            {
                // Dead, starting, or not following yet: asked again until the time is over.
            }
            await Task.Delay(LookPeriod, cancel);
        }
    }

    private async Task WaitForEnd(CrashChain chain, CancellationToken cancel)
    {
        var began = TimeProvider.System.GetTimestamp();
        foreach (var order in _orders)
        {
            while (await chain.Order(order, cancel) is not { IsOver: true } && TimeProvider.System.GetElapsedTime(began) < EndTime) await Task.Delay(LookPeriod, cancel);
        }
    }

    private async Task<CrashResult> Judge(CrashChain chain, CancellationToken cancel)
    {
        var (tooMuch, tooLittle, paid) = (0, 0, Wei.Zero);
        foreach (var order in _orders)
        {
            var view = await chain.Order(order, cancel);
            var got = view?.Paid ?? Wei.Zero;
            paid += got;
            if (got > order.Due) tooMuch++;
            if (got < order.Due || view is not { Status: OrderStatus.Completed }) tooLittle++;
            if (got != order.Due || view is not { Status: OrderStatus.Completed }) say($"order {order.Id} is {view?.Status}; {order.Due} were due, {got} were paid");
        }
        var credit = await chain.Credit(cancel);
        if (credit != paid) say($"the orders say that {paid} were paid; the vault gave {credit}");
        return new CrashResult
        {
            Rounds = options.Rounds,
            DoublePaid = tooMuch + (credit > paid ? 1 : 0),
            Unpaid = tooLittle + (credit < paid ? 1 : 0),
            Orders = _orders.Count,
            Faults = chain.Faults,
            Transactions = await chain.SilosTransactions(cancel),
            Paid = credit,
            Seconds = 0,
        };
    }
}
