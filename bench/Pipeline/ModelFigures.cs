using System.Diagnostics;

namespace SwarmCompute.Bench;

/// <summary>How fast one model is in 3 stages, unsharded, and in llama.cpp's own split (by number of servers), all in processes of one thread each.</summary>
internal sealed record ModelFigures(int PromptTokens, int AnswerTokens, int Rounds, StreamRates Unsharded, StreamRates ThreeStages,
    Dictionary<int, StreamRates> LlamaRpc, Measured OneStream, Measured Streams32, double AllocatedBytesPerTokenPerHop)
{
    private const int Stages = 3, ContextTokens = 256, Streams = 32, ShortPrompt = 8, ShortAnswer = 24, AllocationTokens = 128;

    public static async Task<ModelFigures> Measure(BenchModel model, string path, string libraries, string rpcLibrary, int[] servers, int rounds, CancellationToken cancel)
    {
        await using var rivals = new Rivals();
        await rivals.Start(libraries, path, rpcLibrary, servers, cancel);
        var (alone, staged) = (new List<StageAnswer>(), new List<StageAnswer>());
        var rpc = servers.ToDictionary(count => count, _ => new List<StageAnswer>());
        for (var round = -1; round < rounds; round++)                            // the first round warms up, and is not counted
        {
            Console.Error.WriteLine($"{model.Name}: round {round + 1} of {rounds}");
            var prompt = model.Prompt(round, model.PromptTokens);
            var one = await rivals.Alone.Generate(prompt, model.AnswerTokens, cancel);
            var three = await rivals.Staged.Generate(prompt, model.AnswerTokens, cancel);
            if (!one.Tokens.SequenceEqual(three.Tokens)) throw new InvalidOperationException($"{Stages} stages gave another answer than one.");
            if (round >= 0) alone.Add(one);
            if (round >= 0) staged.Add(three);
            foreach (var (count, split) in rivals.Rpc)
            {
                var answer = await split.Generate(prompt, model.AnswerTokens, cancel);
                if (round >= 0) rpc[count].Add(answer);
            }
        }
        StageAnswer.RequireVaried(alone);
        var (single, many) = await MeasureStreams(model, rivals.Staged, rounds, cancel);
        return new ModelFigures(model.PromptTokens, model.AnswerTokens, rounds, StreamRates.Of(alone, model.PromptTokens), StreamRates.Of(staged, model.PromptTokens),
            rpc.ToDictionary(of => of.Key, of => StreamRates.Of(of.Value, model.PromptTokens)), single, many,
            await Allocated(rivals.Staged, model.Prompt(0, ShortPrompt), AllocationTokens, cancel));
    }

    /// <summary>Bytes that the middle stage allocates for each token of a long answer, what opening its session costs among them.</summary>
    public static async Task<double> Allocated(StageRing ring, int[] prompt, int tokens, CancellationToken cancel)
    {
        async Task<long> Bytes(int count)
        {
            var before = (await ring.Processes[1].Ask<StageReply.Counted>(new StageCommand.Count(), cancel)).Bytes;
            await ring.Generate(prompt, count, cancel);
            return (await ring.Processes[1].Ask<StageReply.Counted>(new StageCommand.Count(), cancel)).Bytes - before;
        }
        await Bytes(tokens);                                                     // what frames are kept in is taken once
        return (double)await Bytes(tokens) / tokens;
    }

    private static async Task<(Measured One, Measured Many)> MeasureStreams(BenchModel model, StageRing ring, int rounds, CancellationToken cancel)
    {
        var prompts = Enumerable.Range(0, Streams).Select(stream => model.Prompt(stream, ShortPrompt)).ToArray();
        Console.Error.WriteLine($"{model.Name}: opening {Streams} streams");
        await ring.Generate(prompts, 2, cancel);                                  // every session's context is made
        var (one, many) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            Console.Error.WriteLine($"{model.Name}: one stream and {Streams}, round {round + 1} of {rounds}");
            one.Add(Rate(await ring.Generate([prompts[round]], ShortAnswer, cancel)));
            many.Add(Rate(await ring.Generate(prompts, ShortAnswer, cancel)));
        }
        return (Measured.Of(one), Measured.Of(many));
    }

    /// <summary>Tokens a second of all answers together, their prompts included.</summary>
    private static double Rate(StageAnswer[] answers) => answers.Sum(a => a.Tokens.Length)
        / Stopwatch.GetElapsedTime(answers.Min(a => a.Began), answers.Max(a => a.At[^1])).TotalSeconds;

    /// <summary>What takes turns: all stand at once, one works at a time.</summary>
    private sealed class Rivals : IAsyncDisposable
    {
        private readonly Dictionary<int, RpcSplit> _rpc = [];

        public StageRing Alone { get; private set; } = null!;

        public StageRing Staged { get; private set; } = null!;

        public IReadOnlyDictionary<int, RpcSplit> Rpc => _rpc;

        public async Task Start(string libraries, string path, string rpcLibrary, int[] servers, CancellationToken cancel)
        {
            Console.Error.WriteLine($"Starting the processes for {Path.GetFileName(path)}");
            Alone = await StageRing.OfModel(libraries, path, 1, ContextTokens, Streams, cancel);
            Staged = await StageRing.OfModel(libraries, path, Stages, ContextTokens, Streams, cancel);
            foreach (var count in servers) _rpc.Add(count, await RpcSplit.Start(libraries, rpcLibrary, path, count, ContextTokens, cancel));
        }

        public async ValueTask DisposeAsync()
        {
            if (Alone is not null) await Alone.DisposeAsync();
            if (Staged is not null) await Staged.DisposeAsync();
            foreach (var split in _rpc.Values) await split.DisposeAsync();
        }
    }
}
