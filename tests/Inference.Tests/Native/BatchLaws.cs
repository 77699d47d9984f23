using CsCheck;

namespace SwarmCompute.Inference.Tests;

/// <summary>Batches change no bit: whoever joins, leaves, and however calls are cut.</summary>
public sealed class BatchLaws
{
    private const int ContextTokens = 48, SessionsMax = 5, TokensMax = 40;

    public static TheoryData<string, string, int> Models => new()
    {
        { "llama", "f32", 0 }, { "llama", "f16", 0 }, { "llama", "q8_0", 0 }, { "llama", "q4_0", 0 }, { "qwen3", "q4_0", 0 }, { "qwen3moe", "q8_0", 4 }, { "phi3", "f16", 0 },
    };

    [Theory, MemberData(nameof(Models))]
    public void A_sequence_has_the_same_bits_alone_and_in_any_company(string architecture, string stored, int experts)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("model.gguf");
        new TinyModel { Architecture = architecture, Stored = stored, Experts = experts, Layers = 2, TiedHead = false }.WriteTo(path);
        using var chain = new StageChain(path, 2, new StageLoadOptions { ContextTokensPerSession = ContextTokens, SessionsMax = SessionsMax, PrefillTokensMax = TokensMax });
        Assert.All(chain.Kernels, kernel => Assert.True(kernel.BatchTokensMax > 1, "on processors, sequences share batches"));
        var alone = Enumerable.Range(0, 8).Select(seed => Alone(chain, seed)).ToArray();
        Gen.Int[0, int.MaxValue].Sample(seed => Company(chain, new Random(seed), alone), iter: 12, threads: 1);
    }

    [Fact]
    public void A_fork_goes_on_when_its_source_is_closed_and_neither_sees_the_other()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("model.gguf");
        new TinyModel { Layers = 2 }.WriteTo(path);
        using var chain = new StageChain(path, 2, new StageLoadOptions { ContextTokensPerSession = ContextTokens, SessionsMax = 2, PrefillTokensMax = TokensMax });
        var alone = Alone(chain, 3);
        var source = new Sequence(chain, 3);
        Step(chain, [(source, 30)]);
        using var fork = new Sequence(chain, source, 17);
        Assert.All(chain.Kernels, kernel => Assert.Throws<InferenceException>(() => kernel.Open()));
        Assert.All(source.Sessions, session => Assert.Throws<ArgumentOutOfRangeException>(() => session.Fork(31)));
        Step(chain, [(source, 1), (fork, 4)]);
        Bits.AssertSame(alone[30], source.Latest!);
        Bits.AssertSame(alone[20], fork.Latest!);
        source.Dispose();
        Step(chain, [(fork, 1)]);
        Bits.AssertSame(alone[21], fork.Latest!);
    }

    /// <summary>The candidates after every token of a sequence, which is run by itself: the prompt's first half in one call, then token by token.</summary>
    private static Candidates[] Alone(StageChain chain, int seed)
    {
        using var sequence = new Sequence(chain, seed);
        var all = new Candidates[TokensMax];
        while (sequence.At < TokensMax)
        {
            Step(chain, [(sequence, sequence.At == 0 ? TokensMax / 2 : 1)]);
            all[sequence.At - 1] = sequence.Latest!;
        }
        return all;
    }

    private static void Company(StageChain chain, Random random, Candidates[][] alone)
    {
        var open = new List<Sequence>();
        for (var step = 0; step < 60; step++)
        {
            if (open.Count < SessionsMax && random.Next(3) == 0) open.Add(new Sequence(chain, random.Next(alone.Length)));
            if (open.Count is > 0 and < SessionsMax && random.Next(3) == 0 && open[random.Next(open.Count)] is { At: > 0 } source)
                open.Add(new Sequence(chain, source, random.Next(1, source.At + 1)));
            var calls = open.Where(_ => random.Next(3) > 0).Select(sequence => (sequence, Math.Min(random.Next(4) == 0 ? random.Next(1, 30) : 1, TokensMax - sequence.At)))
                .Where(call => call.Item2 > 0).ToList();
            if (calls.Count > 0) Step(chain, calls);
            foreach (var (sequence, _) in calls)
                if (alone[sequence.Seed][sequence.At - 1] is { } expected) Bits.AssertSame(expected, sequence.Latest!);
            foreach (var over in open.Where(sequence => sequence.At == TokensMax || random.Next(20) == 0).ToList())
            {
                over.Dispose();
                open.Remove(over);
            }
        }
        foreach (var sequence in open) sequence.Dispose();
    }

    private static void Step(StageChain chain, List<(Sequence Sequence, int Tokens)> calls)
    {
        var width = chain.Embedding.EmbeddingLength;
        var first = calls.Select(call => new StageCall
        {
            Session = call.Sequence.Sessions[0],
            States = call.Sequence.Next(call.Tokens),
            Tokens = call.Tokens,
            Result = new byte[call.Tokens * width * sizeof(float)],
        }).ToArray();
        chain.Kernels[0].Run(first);
        var last = calls.Zip(first, (call, before) => new StageCall
        {
            Session = call.Sequence.Sessions[1],
            States = before.Result,
            Tokens = call.Tokens,
            WantsCandidates = true,
        }).ToArray();
        chain.Kernels[1].Run(last);
        foreach (var (call, result) in calls.Zip(last))
        {
            Assert.Null(result.Fault);
            call.Sequence.Latest = result.Candidates;
        }
    }

    private sealed class Sequence(StageChain chain, int seed) : IDisposable
    {
        /// <summary>One that begins with the first tokens of another.</summary>
        public Sequence(StageChain chain, Sequence source, int tokens) : this(chain, source.Seed)
        {
            foreach (var session in Sessions) session.Dispose();
            (Sessions, At) = ([.. source.Sessions.Select(session => session.Fork(tokens))], tokens);
        }

        public int Seed => seed;

        public int At { get; private set; }

        public Candidates? Latest { get; set; }

        public IStageSession[] Sessions { get; private set; } = [.. chain.Kernels.Select(kernel => kernel.Open())];

        /// <summary>The embeddings of the next tokens.</summary>
        public byte[] Next(int tokens)
        {
            int[] ids = [.. Enumerable.Range(At, tokens).Select(at => TinyModel.FirstByte + (seed * 31 + at * 7) % 256)];
            var states = new float[tokens * chain.Embedding.EmbeddingLength];
            chain.Embedding.Lookup(ids, states);
            At += tokens;
            return System.Runtime.InteropServices.MemoryMarshal.AsBytes(states.AsSpan()).ToArray();
        }

        public void Dispose()
        {
            foreach (var session in Sessions) session.Dispose();
        }
    }
}
