using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Sync;

namespace SwarmCompute.Bench;

/// <summary>
/// How fast events are read. Decoding: the raw answers into events, on one thread. Backfill: from anvil end to end, as the follower reads,
/// against viem from the same node in the same run, taking turns. Memory: a backfill of a million events that keeps none.
/// </summary>
internal static class EventsBench
{
    private const int Blocks = 500;                              // a million events
    private const int BackfillBlocks = 50;                       // a hundred thousand
    private const int BlocksARequest = 2;
    private const int Parallel = 2;
    private const int Rounds = 5;
    private const double DecodeTarget = 900_000, BackfillTarget = 100_000, ViemTarget = 15;

    public static async Task Run(string repository, CancellationToken cancel)
    {
        Say($"{Environment.ProcessorCount} cores, load {(await File.ReadAllTextAsync("/proc/loadavg", cancel)).Split(' ')[0]}, .NET {Environment.Version}");
        await using var flood = await EventFlood.Start(repository, Blocks, cancel);
        Say($"anvil holds {Blocks * EventFlood.EventsABlock:N0} UsageCheckpoint events in {Blocks} blocks");
        await Decode(flood, cancel);
        await Backfill(repository, flood, cancel);
        await Memory(flood, cancel);
    }

    private static async Task Decode(EventFlood flood, CancellationToken cancel)
    {
        var bodies = new List<byte[]>();
        for (var first = flood.First; first < flood.First + BackfillBlocks; first += BlocksARequest)
        {
            using var body = await flood.Logs(first, first + BlocksARequest - 1, cancel);
            bodies.Add(body.Result.ToArray());
        }
        var rates = new List<double>();
        for (var round = 0; round <= 2 * Rounds; round++)
        {
            var (watch, events) = (Stopwatch.StartNew(), 0);
            foreach (var body in bodies) events += OrderEventReader.ReadAll(body, flood.Client.Options.OrderBook).Length;
            if (round > 0) rates.Add(events / watch.Elapsed.TotalSeconds);              // the first round warms the code up
        }
        var bytes = bodies.Sum(b => (long)b.Length) / (BackfillBlocks * EventFlood.EventsABlock);
        Say($"decode, one thread: {rates.Max():N0} (median {Median(rates):N0}) events/s of {bytes} bytes; target {DecodeTarget:N0}: {rates.Max() / DecodeTarget:F2}");
    }

    private static async Task Backfill(string repository, EventFlood flood, CancellationToken cancel)
    {
        await Npm(repository, cancel);
        await Ours(flood, parallel: 1, cancel);
        foreach (var parallel in new[] { 1, Parallel })
        {
            var (ours, theirs, node) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = 0; round < Rounds; round++)
            {
                node.Add(await Node(flood, parallel, cancel));
                ours.Add(await Ours(flood, parallel, cancel));
                theirs.Add(await Viem(repository, flood, parallel, cancel));
            }
            Say($"backfill of {BackfillBlocks * EventFlood.EventsABlock:N0}, {parallel} request(s) at once: {ours.Max():N0} (median {Median(ours):N0}) events/s; target {BackfillTarget:N0}: {ours.Max() / BackfillTarget:F2}");
            Say($"  the node alone, its answers thrown away: {node.Max():N0} (median {Median(node):N0}) events/s; we read {ours.Max() / node.Max():F2} of that");
            Say($"  viem: {theirs.Max():N0} (median {Median(theirs):N0}) events/s; {ours.Max() / theirs.Max():F1} times as fast (medians {Median(ours) / Median(theirs):F1}); target {ViemTarget:F0}");
        }
    }

    private static async Task Memory(EventFlood flood, CancellationToken cancel)
    {
        var source = new RpcChainSource(flood.Client);
        var (watch, events) = (Stopwatch.StartNew(), 0);
        for (var first = flood.First; first <= flood.Last; first += BlocksARequest)
        {
            events += (await source.Logs(0, first, Math.Min(flood.Last, first + BlocksARequest - 1), order: null, cancel)).Length;
            if (events % 100_000 == 0)
                Say($"after {events,9:N0} events, {events / watch.Elapsed.TotalSeconds,9:N0}/s: managed heap {GC.GetTotalMemory(forceFullCollection: true) >> 20,4} MiB, resident {Environment.WorkingSet >> 20,5} MiB");
        }
    }

    /// <summary>As the follower reads a range: answers are checked, decoded and put into order.</summary>
    private static Task<double> Ours(EventFlood flood, int parallel, CancellationToken cancel)
    {
        var source = new RpcChainSource(flood.Client);
        return Requests(flood, parallel, async (first, last) =>
            (await source.Logs(0, first, last, order: null, cancel)).Count(log => log.Event is OrderEvent.UsageCheckpoint));
    }

    /// <summary>What the node gives at most: its answers are read from the socket and thrown away.</summary>
    private static async Task<double> Node(EventFlood flood, int parallel, CancellationToken cancel)
    {
        using var http = new HttpClient();
        return await Requests(flood, parallel, async (first, last) =>
        {
            using var question = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(flood.Question(first, last)));
            question.Headers.ContentType = new("application/json");
            using var message = new HttpRequestMessage(HttpMethod.Post, flood.Rpc) { Content = question };
            using var answer = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancel);
            await answer.Content.CopyToAsync(Stream.Null, cancel);
            return (int)(last - first + 1) * EventFlood.EventsABlock;
        });
    }

    private static async Task<double> Requests(EventFlood flood, int parallel, Func<ulong, ulong, Task<int>> request)
    {
        var (watch, next, events) = (Stopwatch.StartNew(), (long)flood.First, 0);
        var end = next + BackfillBlocks;
        async Task Work()
        {
            while (Interlocked.Add(ref next, BlocksARequest) is var to && to - BlocksARequest < end)
                Interlocked.Add(ref events, await request((ulong)(to - BlocksARequest), (ulong)(to - 1)));
        }
        await Task.WhenAll(Enumerable.Range(0, parallel).Select(_ => Task.Run(Work)));
        return Rate(events, watch.Elapsed.TotalSeconds);
    }

    private static async Task<double> Viem(string repository, EventFlood flood, int parallel, CancellationToken cancel)
    {
        var last = flood.First + BackfillBlocks - 1;
        object[] arguments = [Path.Combine(repository, "bench", "viem", "backfill.mjs"), flood.Rpc, flood.Client.Options.OrderBook, flood.First, last, BlocksARequest, parallel];
        using var result = JsonDocument.Parse(await Output("node", arguments, cancel));
        return Rate(result.RootElement.GetProperty("events").GetInt32(), result.RootElement.GetProperty("seconds").GetDouble());
    }

    private static double Rate(int events, double seconds) => events == BackfillBlocks * EventFlood.EventsABlock
        ? events / seconds
        : throw new InvalidOperationException($"{events} events were read where {BackfillBlocks * EventFlood.EventsABlock} are.");

    private static Task Npm(string repository, CancellationToken cancel) =>
        Output("npm", ["ci", "--prefix", Path.Combine(repository, "bench", "viem"), "--no-audit", "--no-fund"], cancel);

    private static async Task<string> Output(string program, object[] arguments, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(program, arguments.Select(a => Convert.ToString(a, CultureInfo.InvariantCulture)!)) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void Say(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
