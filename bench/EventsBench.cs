using System.Diagnostics;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Sync;

namespace SwarmCompute.Bench;

/// <summary>
/// How fast events are read. Backfill: <see cref="BackfillBench"/>, from blocks as full as an order book's. Decoding: raw answers into events, on
/// one thread. Memory: a backfill of a million events that keeps none. The last two use a chain of few and very full blocks.
/// </summary>
internal static class EventsBench
{
    private const int BookBlocks = 5000, BookEvents = 20;
    private const int DenseBlocks = 500, DenseEvents = 2000;
    private const int DecodedBlocks = 50;
    private const int BlocksARequest = 2;
    private const int DecodeRounds = 10;
    private const double DecodeTarget = 900_000;

    public static async Task Run(string repository, CancellationToken cancel)
    {
        await Report.SayMachine(cancel);
        await using (var book = await Fill(repository, BookBlocks, BookEvents, cancel)) await new BackfillBench(repository, book).Run(cancel);
        await using var dense = await Fill(repository, DenseBlocks, DenseEvents, cancel);
        await Decode(dense, cancel);
        await Memory(dense, cancel);
    }

    private static async Task<EventFlood> Fill(string repository, int blocks, int eventsABlock, CancellationToken cancel)
    {
        var flood = await EventFlood.Start(repository, blocks, eventsABlock, cancel);
        Report.Say($"anvil holds {flood.Events:N0} UsageCheckpoint events in {blocks:N0} blocks");
        return flood;
    }

    private static async Task Decode(EventFlood flood, CancellationToken cancel)
    {
        var bodies = new List<byte[]>();
        for (var first = flood.First; first < flood.First + DecodedBlocks; first += BlocksARequest)
        {
            using var body = await flood.Logs(first, first + BlocksARequest - 1, cancel);
            bodies.Add(body.Result.ToArray());
        }
        var rates = new List<double>();
        for (var round = 0; round <= DecodeRounds; round++)
        {
            var (watch, events) = (Stopwatch.StartNew(), 0);
            foreach (var body in bodies) events += OrderEventReader.ReadAll(body, flood.Client.Options.OrderBook).Length;
            if (round > 0) rates.Add(events / watch.Elapsed.TotalSeconds);              // the first round warms the code up
        }
        var bytes = bodies.Sum(b => (long)b.Length) / (DecodedBlocks * flood.EventsABlock);
        Report.Say($"decode, one thread: {rates.Max():N0} (median {Report.Median(rates):N0}) events/s of {bytes} bytes; target {DecodeTarget:N0}: {rates.Max() / DecodeTarget:F2}");
    }

    private static async Task Memory(EventFlood flood, CancellationToken cancel)
    {
        var source = new RpcChainSource(flood.Client);
        var (watch, events) = (Stopwatch.StartNew(), 0);
        for (var first = flood.First; first <= flood.Last; first += BlocksARequest)
        {
            events += (await source.Logs(0, first, Math.Min(flood.Last, first + BlocksARequest - 1), order: null, cancel)).Length;
            if (events % 100_000 == 0)
                Report.Say($"after {events,9:N0} events, {events / watch.Elapsed.TotalSeconds,9:N0}/s: managed heap {GC.GetTotalMemory(forceFullCollection: true) >> 20,4} MiB, resident {Environment.WorkingSet >> 20,5} MiB");
        }
    }
}
