using System.Collections.Immutable;

namespace SwarmCompute.Inference.Tests.Pipeline;

/// <summary>A ring, what it is asked, and what goes wrong meanwhile. The same seed gives the same.</summary>
internal sealed class RingCase
{
    private const int QuestionsMax = 10, AnswersMax = 44;
    private readonly Random _random;

    public RingCase(int seed, int layers)
    {
        _random = new Random(seed);
        var slots = _random.Next(1, 5);
        int[] cuts = [0, .. Enumerable.Range(1, layers - 1).OrderBy(_ => _random.Next()).Take(slots - 1).Order(), layers];
        Ranges = [.. cuts.Zip(cuts.Skip(1), (first, end) => new LayerRange(first, end - first))];
        Options = TestRing.Fast(slots) with
        {
            ContextTokens = _random.Next(24, 49),
            SessionsMax = _random.Next(3, 7),
            PrefillTokens = _random.Next(1, 20),
            PrefixesMax = _random.Next(0, 5),
        };
        Options = Options with { KvTokens = _random.Next(Options.ContextTokens, Options.SessionsMax * Options.ContextTokens + 1) };
        var questions = new List<GenerationRequest>();
        while (questions.Count < QuestionsMax) questions.Add(Question(questions.Count == 0 ? [] : questions[_random.Next(questions.Count)].Prompt));
        Questions = [.. questions];
        var lanes = _random.Next(2, Options.SessionsMax + 1);
        Lanes = [.. Enumerable.Range(0, lanes).Select(_ => Lane(AnswersMax / lanes))];
        Kills = [.. Enumerable.Range(0, _random.Next(4)).Select(_ => Kill(slots)).OrderBy(kill => kill.AtToken)];
    }

    public ImmutableArray<LayerRange> Ranges { get; }

    public PipelineOptions Options { get; }

    public ImmutableArray<GenerationRequest> Questions { get; }

    /// <summary>Answers that are asked one after the other, for each client that asks beside the others.</summary>
    public ImmutableArray<ImmutableArray<Ask>> Lanes { get; }

    /// <summary>Stages that are lost and replaced, all of one entry at once, by how many tokens were given altogether.</summary>
    public ImmutableArray<Loss> Kills { get; }

    /// <summary>A question that often begins as another does.</summary>
    private GenerationRequest Question(ImmutableArray<int> other)
    {
        var common = _random.Next(2) * _random.Next(other.Length + 1);
        var prompt = _random.Next(1, Options.ContextTokens * 2 / 3);
        var sampling = _random.Next(4) == 0
            ? new SamplingOptions()
            : new SamplingOptions
            {
                Temperature = 0.2 + 1.5 * _random.NextDouble(),
                TopK = _random.Next(0, 60),
                TopP = 1 - 0.4 * _random.NextDouble(),
                MinP = 0.05 * _random.NextDouble(),
                RepeatPenalty = 1 + 0.3 * _random.NextDouble(),
                PresencePenalty = _random.NextDouble() - 0.5,
                FrequencyPenalty = _random.NextDouble() - 0.5,
                Seed = (ulong)_random.NextInt64(),
            };
        ImmutableArray<int> stops = _random.Next(3) > 0 ? [] : [.. Enumerable.Range(0, 12).Select(_ => _random.Next(TinyModel.VocabularySize))];
        return new GenerationRequest(
            [.. Enumerable.Range(0, prompt).Select(i => i < common ? other[i] : _random.Next(TinyModel.VocabularySize))], _random.Next(1, Options.ContextTokens - prompt + 1), sampling, [], stops);
    }

    private ImmutableArray<Ask> Lane(int answers) =>
        [.. Enumerable.Range(0, answers).Select(_ => new Ask(_random.Next(QuestionsMax), _random.Next(5) == 0 ? _random.Next(1, 12) : int.MaxValue, _random.Next(2) == 0))];

    private Loss Kill(int slots)
    {
        ImmutableArray<int> victims = [.. Enumerable.Range(0, slots).OrderBy(_ => _random.Next()).Take(_random.Next(1, 3))];
        return new Loss(_random.Next(1, 260), victims);
    }

    /// <summary>A question, and when its answer is given up: as nobody reads on, or by a cancellation.</summary>
    internal sealed record Ask(int Question, int TokensWanted, bool Cancels);

    internal sealed record Loss(int AtToken, ImmutableArray<int> Victims);
}
