using System.Collections.Immutable;

namespace SwarmCompute.Inference.Tests;

/// <summary>A model in this process, cut into stages by the slicer; or whole, in one. Run by llama.cpp, or by the managed engine.</summary>
internal sealed class StageChain : IDisposable
{
    public const int CallTokens = 16;

    private readonly TemporaryDirectory _directory = new();

    public StageChain(string modelPath, int stages, StageLoadOptions? options = null, bool managed = false)
    {
        if (!managed) TestEngine.Require();
        options ??= new() { ContextTokensPerSession = 256, PrefillTokensMax = CallTokens };
        Embedding = managed ? ManagedEngine.LoadEmbedding(modelPath) : LlamaCpp.LoadEmbedding(modelPath);
        var ranges = LayerRange.Split(GgufFile.Read(modelPath).Model.Layers, stages);
        Kernels = [.. ranges.Select((layers, index) =>
        {
            var last = index == stages - 1;
            var path = _directory.File($"{index}.gguf");
            GgufSlicer.WriteStage(modelPath, path, layers, last);
            options = options with { Last = last };
            return managed ? ManagedEngine.LoadStage(path, options) : LlamaCpp.LoadStage(path, options);
        })];
    }

    public IEmbedding Embedding { get; }

    public ImmutableArray<IStageKernel> Kernels { get; }

    public Run Open() => new(this);

    public void Dispose()
    {
        foreach (var kernel in Kernels) kernel.Dispose();
        Embedding.Dispose();
        _directory.Dispose();
    }

    /// <summary>One sequence through all stages.</summary>
    internal sealed class Run(StageChain chain) : IDisposable
    {
        private readonly ImmutableArray<IStageSession> _sessions = [.. chain.Kernels.Select(kernel => kernel.Open())];

        public Candidates Next(ReadOnlySpan<int> tokens) => _sessions[^1].RunLast(BeforeTheLast(tokens), tokens.Length);

        /// <summary>The embedding of a text, fed in calls of so many tokens.</summary>
        public float[] Embed(IEnumerable<int> text, int callTokens = CallTokens)
        {
            foreach (var call in text.Chunk(callTokens)) _sessions[^1].RunPooled(BeforeTheLast(call), call.Length);
            return _sessions[^1].Embedding();
        }

        /// <summary>What the last stage is given for these tokens.</summary>
        public float[] BeforeTheLast(ReadOnlySpan<int> tokens)
        {
            var hidden = new float[tokens.Length * chain.Embedding.EmbeddingLength];
            chain.Embedding.Lookup(tokens, hidden);
            foreach (var session in _sessions.AsSpan()[..^1])
            {
                var after = new float[hidden.Length];
                session.RunHidden(hidden, tokens.Length, after);
                hidden = after;
            }
            return hidden;
        }

        /// <summary>Tokens so far.</summary>
        public int Position => _sessions[0].Position;

        /// <summary>One session a stage.</summary>
        public ImmutableArray<IStageSession> Sessions => _sessions;

        /// <summary>Takes over what another run did meanwhile.</summary>
        public void Follow(Run other)
        {
            var (from, to) = (Position, other.Position);
            foreach (var (mine, theirs) in _sessions.Zip(other._sessions)) mine.Import(theirs.Export(from, to), from, to);
        }

        /// <summary>The candidates after the prompt and after each token of a greedy answer.</summary>
        public List<Candidates> Greedy(IReadOnlyList<int> prompt, int tokens)
        {
            var all = new List<Candidates>();
            foreach (var call in prompt.Chunk(CallTokens)) all.Add(Next(call));
            while (all.Count <= tokens) all.Add(Next([all[^1].Tokens[0]]));
            return all;
        }

        public void Dispose()
        {
            foreach (var session in _sessions) session.Dispose();
        }
    }
}
