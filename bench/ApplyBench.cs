using System.Diagnostics;
using SwarmCompute.Grains.ChainFeed;
using SwarmCompute.Grains.Interfaces;

namespace SwarmCompute.Bench;

/// <summary>
/// How fast events that are read and decoded get into the orders' durable state: through the grain that follows the chain and the orders' grains,
/// in one silo, into Redis. Each round has its own silo and its own Redis; afterwards another silo must find every event in that Redis.
/// </summary>
internal static class ApplyBench
{
    private const int Rounds = 3;
    private const double Target = 20_000;
    private static readonly TimeSpan RoundWithin = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <returns>Whether anything could be measured.</returns>
    public static async Task<bool> Run(CancellationToken cancel)
    {
        if (RedisServer.Find() is not { } program)
        {
            Report.Say($"There is no redis-server in the PATH; nothing is measured.");
            return false;
        }
        await Report.SayMachine(cancel);
        Report.Say($"{CheckpointChain.Events:N0} UsageCheckpoint events of {CheckpointChain.Orders:N0} orders, {CheckpointChain.BlocksAStep} blocks a step");
        var rates = new List<double>();
        for (var round = 0; round < Rounds; round++) rates.Add(await Round(program, cancel));
        Report.Say($"apply to Redis: {rates.Max():N0} (median {Report.Median(rates):N0}) events/s; target {Target:N0}: {rates.Max() / Target:F2} (median {Report.Median(rates) / Target:F2})");
        return true;
    }

    private static async Task<double> Round(string program, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(RoundWithin);
        var chain = new CheckpointChain();
        await using var redis = await RedisServer.Start(program, limit.Token);
        var (seconds, busy, writes) = await Apply(redis, chain, limit.Token);
        await Verify(redis, chain, limit.Token);
        var rate = CheckpointChain.Events / seconds;
        Report.Say($"  {seconds:F2} s ({busy:F2} s of this process's CPU), {rate:N0} events/s; {writes:N0} Redis writes, {CheckpointChain.Events / (double)writes:F1} events a write, {writes / seconds:N0} writes/s; every order has them after a restart");
        return rate;
    }

    private static async Task<(double Seconds, double Busy, long Writes)> Apply(RedisServer redis, CheckpointChain chain, CancellationToken cancel)
    {
        await using var host = await GrainHost.Start(redis, chain, cancel);
        await Settled(host.Grains, cancel);
        var (before, idle) = (await redis.Writes(), Environment.CpuUsage.TotalTime);
        chain.Release();
        while ((await host.Grains.ChainFeed().Follow(cancel)).NextBlock <= CheckpointChain.LastBlock) await Task.Delay(Pause, cancel);
        return (Stopwatch.GetElapsedTime(chain.Began).TotalSeconds, (Environment.CpuUsage.TotalTime - idle).TotalSeconds, await redis.Writes() - before);
    }

    /// <summary>Every order was placed, and looked at once: it says what it waits for.</summary>
    private static async Task Settled(IGrainFactory grains, CancellationToken cancel)
    {
        foreach (var order in CheckpointChain.AllOrders)
        {
            while (await grains.Order(order).Read(cancel) is not { Why: not null })
            {
                await grains.ChainFeed().Follow(cancel);
                await Task.Delay(Pause, cancel);
            }
        }
    }

    private static async Task Verify(RedisServer redis, CheckpointChain chain, CancellationToken cancel)
    {
        await using var another = await GrainHost.Start(redis, chain, cancel);
        foreach (var order in CheckpointChain.AllOrders)
        {
            var told = OrderChain.Fold(await another.Grains.Order(order).ReadChain(cancel));
            if (told is not { Stopped: null, FinalSequence: var sequence, Final.Units: var units }
                || sequence != CheckpointChain.LastSequence || units != CheckpointChain.CheckpointsAnOrder)
                throw new InvalidOperationException($"Order {order} has {told.Final?.Units} units in event {told.FinalSequence} where {CheckpointChain.CheckpointsAnOrder} in {CheckpointChain.LastSequence} are due. {told.Stopped}");
        }
    }
}
