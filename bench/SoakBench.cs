using System.Diagnostics;
using System.Text.Json;
using SwarmCompute.Client.Cli;

namespace SwarmCompute.Bench;

/// <summary>
/// Endurance: streams that never stop asking, over a head and two stages in processes of their own; each minute one of the three, by chance, is
/// killed, and a fresh spare takes its slot. Every answer must be that of the undisturbed run, every session must end, and no process may grow.
/// </summary>
internal static class SoakBench
{
    private const int Stages = 3, ContextTokens = 64, PromptTokens = 16, AnswerTokens = 24, Questions = 6, Prefixes = 4, SamplesEachMinute = 12;
    private static readonly TimeSpan SampleEvery = TimeSpan.FromMinutes(1.0 / SamplesEachMinute), SessionsEndWithin = TimeSpan.FromSeconds(30);

    /// <returns>Whether all held.</returns>
    public static async Task<bool> Run(SoakOptions options, CancellationToken cancel)
    {
        var root = RepositoryRoot.Find();
        var loadBefore = await MachineFigures.Load(cancel);
        Inference.LlamaCpp.Initialize(root.NativeLibraries);
        var model = BenchModel.Small;
        var path = BenchModels.Ensure(model, root.Below("artifacts", "bench-models"));
        Console.Error.WriteLine($"Starting the processes for {model.Name}");
        await using var ring = await StageRing.OfModel(root.NativeLibraries, path, Stages, ContextTokens, options.Streams + Prefixes, cancel, Prefixes);
        int[][] prompts = [.. Enumerable.Range(0, Questions).Select(number => model.Prompt(number, PromptTokens))];
        var expected = new int[Questions][];
        for (var question = 0; question < Questions; question++) expected[question] = (await ring.Generate(prompts[question], AnswerTokens, cancel)).Varied().Tokens;

        using var streams = new SoakStreams(ring, prompts, expected);
        ring.Streamed = streams.Take;
        var began = Stopwatch.GetTimestamp();
        var asking = true;
        var running = Enumerable.Range(0, options.Streams).Select(stream => streams.Run(stream, () => Volatile.Read(ref asking), cancel)).ToList();
        var traces = new List<ProcessTrace>();
        var kills = new int[Stages];
        for (var minute = 1; minute <= options.Minutes; minute++)
        {
            await Watch(ring, streams, traces, minute, cancel);
            if (running.Find(stream => stream.IsFaulted) is { } failed) await failed;
            if (minute == options.Minutes) break;
            var victim = new Random(minute).Next(Stages);
            await Replace(ring, streams, victim, cancel);
            kills[victim]++;
        }
        Volatile.Write(ref asking, false);
        await Task.WhenAll(running);
        var open = await OpenAtTheEnd(ring, streams, cancel);

        var growth = traces.Select(trace => trace.Grown()).OfType<ProcessTrace.Growth>().ToArray();
        var passed = streams.Wrong == 0 && streams.Answers > 0 && open.All(count => count == 0) && !growth.Any(process => process.Grows);
        var report = new SoakReport(passed, model.Name, options.Streams, Stopwatch.GetElapsedTime(began).TotalMinutes, kills, streams.Answers, streams.Tokens, streams.Resumed,
            streams.Wrong, open.All(count => count == 0), open, growth, await MachineFigures.Now(loadBefore, cancel));
        if (!options.Json) Say(report);
        Console.WriteLine(JsonSerializer.Serialize(report, PipelineReport.Json));
        return passed;
    }

    /// <summary>Takes samples for a minute, and says how things stand.</summary>
    private static async Task Watch(StageRing ring, SoakStreams streams, List<ProcessTrace> traces, int minute, CancellationToken cancel)
    {
        for (var sample = 0; sample < SamplesEachMinute; sample++)
        {
            await Task.Delay(SampleEvery, TimeProvider.System, cancel);
            foreach (var (process, slot) in ring.Processes.Select((process, slot) => (process, slot)))
            {
                if (traces.Find(trace => trace.Id == process.Id) is not { } trace) traces.Add(trace = new ProcessTrace(slot, process.Id));
                await trace.Sample(cancel);
            }
        }
        var open = await OpenSessions(ring, streams, cancel);
        Console.Error.WriteLine($"Minute {minute}: {streams.Answers} answers, {streams.Tokens} tokens, {streams.Wrong} wrong, {streams.Resumed} resumed");
        foreach (var (process, slot) in ring.Processes.Select((process, slot) => (process, slot)))
        {
            var trace = traces.Find(trace => trace.Id == process.Id)!;
            Console.Error.WriteLine($"  slot {slot}, process {process.Id}: {trace.Bytes >> 20} MiB, {trace.Handles} handles, {open[slot]} sessions");
        }
    }

    private static async Task Replace(StageRing ring, SoakStreams streams, int victim, CancellationToken cancel)
    {
        Console.Error.WriteLine($"Kills slot {victim}");
        var spare = await ring.Spare(victim, cancel);
        await ring.Replace(victim, spare, place: null, cancel);
        if (victim == 0) streams.HeadIsNew();
    }

    private static async Task<int[]> OpenSessions(StageRing ring, SoakStreams streams, CancellationToken cancel)
    {
        var open = new int[Stages];
        for (var slot = 0; slot < Stages; slot++)
        {
            if (slot == 0) await streams.Send(new StageCommand.Gauge(), cancel);
            else await ring.Processes[slot].Send<StageCommand>(new StageCommand.Gauge(), cancel);
            open[slot] = (await ring.Processes[slot].Expect<StageReply.Gauged>(cancel)).Sessions;
        }
        return open;
    }

    private static async Task<int[]> OpenAtTheEnd(StageRing ring, SoakStreams streams, CancellationToken cancel)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var open = await OpenSessions(ring, streams, cancel);
            if (open.All(count => count == 0) || Stopwatch.GetElapsedTime(began) > SessionsEndWithin) return open;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancel);
        }
    }

    private static void Say(SoakReport report)
    {
        Report.Say($"{report.Model}, {Stages} processes, {report.Streams} streams, {report.Minutes:F1} minutes; kills by slot {string.Join(", ", report.KillsBySlot)}");
        Report.Say($"  {report.Answers} answers, {report.Tokens} tokens; {report.Resumed} times asked again in the middle; {report.Wrong} with a wrong or lost token");
        Report.Say($"  sessions at the end: {string.Join(", ", report.OpenSessions)}");
        foreach (var process in report.Growth)
            Report.Say($"  slot {process.Slot}, process {process.Process}: {process.FirstMiB:F0} to {process.LastMiB:F0} MiB, {process.FirstHandles} to {process.LastHandles} handles{(process.Grows ? ": GROWS" : "")}");
    }
}
