using System.Runtime.InteropServices;

namespace SwarmCompute.Inference;

/// <summary>
/// Tries at the start which rule the engine keeps on this machine with this model: the same sequence is run alone in few calls, and beside others
/// in many. Where every bit is the same, sequences may share batches.
/// </summary>
internal sealed class BatchProbe(LlamaModelHandle model, GgufMetadata stage, StageLoadOptions options)
{
    private const int Tokens = 28, Others = 3, Compared = 4;
    private static readonly int[] Alone = [Tokens - 3, 1, 1, 1], Beside = [9, 1, 1, 7, 7, 1, 1, 1];

    private readonly StageLoadOptions _options = options with { SessionsMax = 1 + Others, ContextTokensPerSession = 2 * Tokens, KvTokens = null, PrefillTokensMax = Tokens };

    /// <exception cref="InferenceException">
    /// The engine failed. No rule is chosen then: another one than this model has on its other stages' machines could give other bits.
    /// </exception>
    public BatchRule Choose()
    {
        foreach (var rule in BatchRule.Shared(options, stage))
            if (Holds(rule)) return rule;
        return BatchRule.Alone(options);
    }

    private bool Holds(BatchRule rule)
    {
        var alone = Run(rule, Alone, others: 0);
        var beside = Run(rule, Beside, Others);
        return alone.Zip(beside).All(pair => SameBits(pair.First, pair.Second));
    }

    /// <summary>The last results of one sequence, which is cut in this way.</summary>
    private List<StageCall> Run(BatchRule rule, int[] cuts, int others)
    {
        using var kernel = new LlamaStageKernel(model, stage, _options, rule, ownsModel: false);
        var sessions = Enumerable.Range(0, others + 1).Select(_ => kernel.Open()).ToArray();
        try
        {
            return Run(kernel, sessions, cuts);
        }
        finally
        {
            foreach (var session in sessions) session.Dispose();
        }
    }

    private List<StageCall> Run(LlamaStageKernel kernel, IStageSession[] sessions, int[] cuts)
    {
        var results = new List<StageCall>();
        for (var step = 0; step < cuts.Length; step++)
        {
            List<StageCall> calls = [Call(sessions[0], 0, cuts[step])];
            for (var other = 1; other < sessions.Length; other++)
                if ((step + other) % 2 == 0) calls.Insert((step + other) % (calls.Count + 1), Call(sessions[other], other, 1 + (step + other) % 4));
            kernel.Run(CollectionsMarshal.AsSpan(calls));
            if (calls.Find(call => call.IsEngineFault) is { Fault: { } fault }) throw fault;
            results.Add(calls.Single(call => call.Session == sessions[0]));
        }
        return results[^Compared..];
    }

    private StageCall Call(IStageSession session, int seed, int tokens)
    {
        var states = new float[tokens * stage.Model.EmbeddingLength];
        for (var row = 0; row < tokens; row++)
        {
            var random = new Random(seed * 1000 + session.Position + row);
            for (var i = 0; i < stage.Model.EmbeddingLength; i++) states[row * stage.Model.EmbeddingLength + i] = random.NextSingle() - 0.5f;
        }
        return new StageCall
        {
            Session = session,
            States = MemoryMarshal.AsBytes(states.AsSpan()).ToArray(),
            Tokens = tokens,
            Result = options.Last ? default : new byte[states.Length * sizeof(float)],
            WantsCandidates = options.Last,
        };
    }

    /// <summary>Whether the last rows of two calls have the same result.</summary>
    private bool SameBits(StageCall a, StageCall b)
    {
        var row = stage.Model.EmbeddingLength * sizeof(float);
        if (a.Fault is not null || b.Fault is not null) return false;
        if (!options.Last) return a.Result.Span[^row..].SequenceEqual(b.Result.Span[^row..]);
        return a.Candidates is { } left && b.Candidates is { } right && left.LogSumExp.Equals(right.LogSumExp)
            && left.Tokens.AsSpan().SequenceEqual(right.Tokens.AsSpan()) && left.Logits.AsSpan().SequenceEqual(right.Logits.AsSpan());
    }
}
