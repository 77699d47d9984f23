using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Sync;

namespace SwarmCompute.Bench;

/// <summary>
/// How fast events are read from a node, end to end: as the follower reads, and by viem from the same node in the same run, taking turns. Each
/// side is asked in several shapes, and its best one counts.
/// </summary>
internal sealed class BackfillBench(string repository, EventFlood flood)
{
    private const int Rounds = 3;
    private const double Target = 100_000, ViemTarget = 15;

    private static readonly RequestShape[] OurShapes = [new(20, 1), new(20, 2), new(20, 4), new(50, 4)];
    private static readonly RequestShape[] ViemShapes = [new(5, 4), new(20, 1), new(20, 4), new(50, 4)];

    public async Task Run(CancellationToken cancel)
    {
        await Output("npm", ["ci", "--prefix", Path.Combine(repository, "bench", "viem"), "--no-audit", "--no-fund"], cancel);
        await Ours(OurShapes[0], cancel);                        // warms the code up, as viem does in its own process
        var (ours, theirs, node) = (Table(OurShapes), Table(ViemShapes), Table(OurShapes));
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var shape in OurShapes)
            {
                node[shape].Add(await Node(shape, cancel));
                ours[shape].Add(await Ours(shape, cancel));
            }
            foreach (var shape in ViemShapes) theirs[shape].Add(await Viem(shape, cancel));
        }
        Say("the node alone, its answers thrown away", node);
        Say("backfill", ours);
        Say("viem", theirs);
        var (we, they, there) = (Best(ours), Best(theirs), Best(node));
        Report.Say($"backfill of {flood.Events:N0}: {we.Max():N0} events/s; target {Target:N0}: {we.Max() / Target:F2}");
        Report.Say($"  times as fast as viem: {we.Max() / they.Max():F1} (medians {Report.Median(we) / Report.Median(they):F1}); target {ViemTarget:F0}");
        Report.Say($"  of what the node gives: {we.Max() / there.Max():F2}; the node alone is {there.Max() / they.Max():F1} times as fast as viem");
    }

    private async Task<double> Ours(RequestShape shape, CancellationToken cancel)
    {
        var source = new RpcChainSource(flood.Client);
        return await Requests(shape, async (first, last) =>
            (await source.Logs(0, first, last, order: null, cancel)).Count(log => log.Event is OrderEvent.UsageCheckpoint));
    }

    /// <summary>What the node gives at most: its answers are read from the socket and thrown away.</summary>
    private async Task<double> Node(RequestShape shape, CancellationToken cancel)
    {
        using var http = new HttpClient();
        return await Requests(shape, async (first, last) =>
        {
            using var question = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(flood.Question(first, last)));
            question.Headers.ContentType = new("application/json");
            using var message = new HttpRequestMessage(HttpMethod.Post, flood.Rpc) { Content = question };
            using var answer = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancel);
            await answer.Content.CopyToAsync(Stream.Null, cancel);
            return (int)(last - first + 1) * flood.EventsABlock;
        });
    }

    private async Task<double> Requests(RequestShape shape, Func<ulong, ulong, Task<int>> request)
    {
        var (watch, next, events) = (Stopwatch.StartNew(), (long)flood.First, 0);
        async Task Work()
        {
            while (Interlocked.Add(ref next, shape.Blocks) is var end && (ulong)(end - shape.Blocks) <= flood.Last)
                Interlocked.Add(ref events, await request((ulong)(end - shape.Blocks), Math.Min(flood.Last, (ulong)end - 1)));
        }
        await Task.WhenAll(Enumerable.Range(0, shape.Parallel).Select(_ => Task.Run(Work)));
        return Rate(events, watch.Elapsed.TotalSeconds);
    }

    private async Task<double> Viem(RequestShape shape, CancellationToken cancel)
    {
        object[] arguments = [Path.Combine(repository, "bench", "viem", "backfill.mjs"), flood.Rpc, flood.Client.Options.OrderBook, flood.First, flood.Last, shape.Blocks, shape.Parallel];
        using var result = JsonDocument.Parse(await Output("node", arguments, cancel));
        return Rate(result.RootElement.GetProperty("events").GetInt32(), result.RootElement.GetProperty("seconds").GetDouble());
    }

    private double Rate(int events, double seconds) =>
        events == flood.Events ? events / seconds : throw new InvalidOperationException($"{events} events were read where {flood.Events} are.");

    private static Dictionary<RequestShape, List<double>> Table(RequestShape[] shapes) => shapes.ToDictionary(shape => shape, _ => new List<double>());

    private static List<double> Best(Dictionary<RequestShape, List<double>> rates) => rates.Values.MaxBy(r => r.Max())!;

    private static void Say(string what, Dictionary<RequestShape, List<double>> rates)
    {
        foreach (var (shape, measured) in rates) Report.Say($"{what}, {shape}: {measured.Max():N0} (median {Report.Median(measured):N0}) events/s");
    }

    private static async Task<string> Output(string program, object[] arguments, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(program, arguments.Select(a => Convert.ToString(a, CultureInfo.InvariantCulture)!)) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
    }
}
