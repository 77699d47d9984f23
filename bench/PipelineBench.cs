using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using SwarmCompute.Inference;

namespace SwarmCompute.Bench;

/// <summary>
/// What sharding costs: one stream through 2 and 3 stages, as a ratio to the limit, which is the same model in one stage with no link, measured in
/// the same run, taking turns. And what a lost stage costs: the wait for the one token that stalls, from the loss to the replayed answer.
/// Every stage has one thread; all share this machine.
/// </summary>
internal static class PipelineBench
{
    private const int Rounds = 5;
    private const int Tokens = 96;
    private const int ReplaceAt = 48;
    private static readonly int[] StageCounts = [1, 2, 3];

    public static async Task Run(string libraries, string model, CancellationToken cancel)
    {
        LlamaCpp.Initialize(libraries);
        var folder = Directory.CreateTempSubdirectory("swarm-bench-");
        try
        {
            await Measure(model, folder.FullName, cancel);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task Measure(string model, string folder, CancellationToken cancel)
    {
        using var tokenizer = LlamaCpp.LoadTokenizer(model);
        var request = new GenerationRequest(tokenizer.Encode("Once upon a time", addSpecial: true), Tokens, new SamplingOptions(), [], []);
        var rates = StageCounts.ToDictionary(n => n, _ => new List<double>());
        for (var round = 0; round < Rounds; round++)
            foreach (var count in StageCounts)
            {
                await using var ring = await LocalRing.Start(model, folder, count, cancel);
                await Rate(ring, request, cancel);                                   // the first answer warms the code up
                rates[count].Add(await Rate(ring, request, cancel));
            }

        var limit = rates[1].Max();
        Say($"llama.cpp {LlamaCpp.Version}, {Path.GetFileName(model)}, {Tokens} tokens, one thread a stage, best (median) of {Rounds}");
        foreach (var count in StageCounts)
            Say($"{count} stage(s): {rates[count].Max():F1} ({Median(rates[count]):F1}) tokens/s, {rates[count].Max() / limit:F2} of one stage without a link");

        await using var failing = await LocalRing.Start(model, folder, 3, cancel);
        var whole = await Answer(failing, request, null, cancel);
        var waits = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var slot = 1 + round % 2;
            var (tokens, wait) = await Answer(failing, request, () => failing.Replace(slot), cancel);
            if (!tokens.SequenceEqual(whole.Tokens)) throw new InvalidOperationException("The answer changed when a stage was replaced.");
            waits.Add(wait);
        }
        Say($"a stage replaced at token {ReplaceAt} of 3 stages: {waits.Min():F0} ({Median(waits):F0}) ms until the next token, " +
            $"{waits.Min() / (1000 / rates[3].Max()):F0} times an ordinary one; same tokens");
    }

    private static async Task<double> Rate(LocalRing ring, GenerationRequest request, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var count = 0;
        await foreach (var _ in ring.Head.Generate(request, cancel)) count++;
        return count / watch.Elapsed.TotalSeconds;
    }

    private static async Task<(ImmutableArray<int> Tokens, double LongestWaitMs)> Answer(
        LocalRing ring, GenerationRequest request, Func<Task>? atToken, CancellationToken cancel)
    {
        var (tokens, longest, watch) = (new List<int>(), 0.0, Stopwatch.StartNew());
        await foreach (var token in ring.Head.Generate(request, cancel))
        {
            if (tokens.Count > 0) longest = Math.Max(longest, watch.Elapsed.TotalMilliseconds);
            watch.Restart();
            tokens.Add(token.Token);
            if (tokens.Count == ReplaceAt && atToken is not null) await atToken();
        }
        return ([.. tokens], longest);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void Say(string line) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{line}"));
}
