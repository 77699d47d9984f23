using System.Collections.Immutable;
using Xunit;

namespace SwarmCompute.Inference.Tests.Pipeline;

/// <summary>What the formats do to answers: the figures in docs/pipelines.md.</summary>
public sealed class BoundaryEffectTests : IDisposable
{
    private const int Stages = 3, Tokens = 200;

    private readonly TemporaryDirectory _directory = new();
    private readonly StageChain _chain;

    public BoundaryEffectTests()
    {
        var model = _directory.File("model.gguf");
        new TinyModel { Stored = "q8_0" }.WriteTo(model);
        _chain = new StageChain(model, Stages);
    }

    [Theory]
    [InlineData(BoundaryFormat.F32, 0)]
    [InlineData(BoundaryFormat.Bf16, 0.2)]
    [InlineData(BoundaryFormat.ByteBlocks, 0.2)]
    public void A_format_moves_the_logits_of_the_best_candidates_by_little(BoundaryFormat format, float most)
    {
        var (largest, spread, same) = (0f, 0f, 0);
        using var exact = new Run(_chain, BoundaryFormat.F32);
        using var rounded = new Run(_chain, format);
        var token = TinyModel.BeginToken;
        for (var count = 0; count < Tokens; count++)
        {
            var (expected, actual) = (exact.Next(token), rounded.Next(token));
            token = expected.Tokens[0];
            if (actual.Tokens[0] == token) same++;
            spread = MathF.Max(spread, expected.Logits[0] - expected.Logits[^1]);
            foreach (var (candidate, logit) in expected.Tokens.Zip(expected.Logits))
                if (actual.Tokens.IndexOf(candidate) is >= 0 and var at) largest = MathF.Max(largest, MathF.Abs(actual.Logits[at] - logit));
        }
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{format}: max |dlogit| {largest:F4} where candidates spread over {spread:F2}; the best candidate is the same for {same} of {Tokens} tokens");
        Assert.InRange(largest, 0, most);
        if (format != BoundaryFormat.F32) Assert.NotEqual(0, largest);
    }

    public void Dispose()
    {
        _chain.Dispose();
        _directory.Dispose();
    }

    /// <summary>One sequence through all stages, with hidden states between them as a pipeline carries them.</summary>
    private sealed class Run(StageChain chain, BoundaryFormat format) : IDisposable
    {
        private readonly ImmutableArray<IStageSession> _sessions = [.. chain.Kernels.Select(kernel => kernel.Open())];

        public Candidates Next(int token)
        {
            var width = chain.Embedding.EmbeddingLength;
            var (hidden, after, encoded) = (new float[width], new float[width], new byte[BoundaryCodec.RowBytes(format, width)]);
            chain.Embedding.Lookup([token], hidden);
            foreach (var session in _sessions[..^1])
            {
                session.RunHidden(hidden, 1, after);
                BoundaryCodec.Encode(format, after, width, encoded);
                BoundaryCodec.Decode(format, encoded, width, hidden);
            }
            return _sessions[^1].RunLast(hidden, 1);
        }

        public void Dispose()
        {
            foreach (var session in _sessions) session.Dispose();
        }
    }
}
