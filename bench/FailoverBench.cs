using System.Diagnostics;
using System.Text.Json;
using SwarmCompute.Client.Cli;

namespace SwarmCompute.Bench;

/// <summary>
/// What the loss of a stage costs: the head and two stages are processes of one thread each; one of the two is killed at 300 tokens of context, a
/// spare process, loaded and warm, takes its slot at the next epoch, and what the stage before kept is replayed into it. The stall is the wait for
/// the one token that comes after all this. In a second series a standby has followed the stage, and takes the slot with nothing but the new map.
/// Every answer must be that of the undisturbed run.
/// </summary>
internal static class FailoverBench
{
    private const int Stages = 3, Kills = 20, ContextTokens = 512, PromptTokens = 284, TokensBefore = 16, TokensAfter = 24;

    /// <param name="json">Whether to end with one line of JSON instead of a table.</param>
    /// <param name="quick">The small model instead of the large one.</param>
    /// <returns>Whether every answer was that of the undisturbed run.</returns>
    public static async Task<bool> Run(bool json, bool quick, CancellationToken cancel)
    {
        var root = RepositoryRoot.Find();
        var loadBefore = await MachineFigures.Load(cancel);
        Inference.LlamaCpp.Initialize(root.NativeLibraries);
        var model = quick ? BenchModel.Small : BenchModel.Large;
        var path = BenchModels.Ensure(model, root.Below("artifacts", "bench-models"));
        Console.Error.WriteLine($"Starting the processes for {model.Name}");
        await using var ring = await StageRing.OfModel(root.NativeLibraries, path, Stages, ContextTokens, 1, cancel);
        var prompt = model.Prompt(0, PromptTokens);
        await ring.Generate(prompt, TokensBefore + TokensAfter, cancel);
        var whole = (await ring.Generate(prompt, TokensBefore + TokensAfter, cancel)).Varied();
        var (stalls, replayed) = await Series(ring, followed: false, prompt, whole.Tokens, cancel);
        var (standby, tookOver) = await Series(ring, followed: true, prompt, whole.Tokens, cancel);
        var equal = replayed && tookOver;
        var report = FailoverReport.Of(model.Name, stalls, standby, whole.WaitsMs(), equal, await MachineFigures.Now(loadBefore, cancel));
        if (json) Console.WriteLine(JsonSerializer.Serialize(report, PipelineReport.Json));
        else report.Say();
        return equal;
    }

    private static async Task<(List<Stall> Stalls, bool Equal)> Series(StageRing ring, bool followed, int[] prompt, int[] expected, CancellationToken cancel)
    {
        var (stalls, equal) = (new List<Stall>(), true);
        for (var kill = 0; kill < Kills; kill++)
        {
            Console.Error.WriteLine($"Kill {kill + 1} of {Kills}{(followed ? ", with a standby" : "")}");
            var (stall, tokens) = await Kill(ring, 1 + kill % (Stages - 1), followed, prompt, cancel);
            stalls.Add(stall);
            equal &= tokens.SequenceEqual(expected);
        }
        return (stalls, equal);
    }

    private static async Task<(Stall Stall, int[] Tokens)> Kill(StageRing ring, int slot, bool followed, int[] prompt, CancellationToken cancel)
    {
        var (spare, place) = followed ? await ring.Standby(slot, cancel) : (await ring.Spare(slot, cancel), null);
        await ring.Head.Send<StageCommand>(new StageCommand.Generate([prompt], TokensBefore + TokensAfter, TokensBefore), cancel);
        await ring.Head.Expect<StageReply.Reached>(cancel);
        var (killed, lost, mapped) = await ring.Replace(slot, spare, place, cancel);
        var answer = (await ring.Head.Expect<StageReply.Generated>(cancel)).Answers[0];
        var next = Array.FindIndex(answer.At, at => at > mapped);
        if (next < 1) throw new InvalidOperationException($"No token waited for the successor of slot {slot}: the answer was over before.");
        double Ms(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalMilliseconds;
        return (new Stall(Ms(answer.At[next - 1], answer.At[next]), Ms(killed, lost), Ms(lost, mapped), Ms(mapped, answer.At[next])), answer.Tokens);
    }
}
