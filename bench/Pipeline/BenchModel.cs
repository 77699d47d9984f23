namespace SwarmCompute.Bench;

/// <summary>The shape of a model whose weights are random.</summary>
/// <param name="Name">The name of its file and of its figures.</param>
/// <param name="Stored">How the large tensors are stored: f16 or q4_0.</param>
/// <param name="PromptTokens">Tokens of the prompt that it is measured with.</param>
/// <param name="AnswerTokens">Tokens of the answer that it is measured with.</param>
internal sealed record BenchModel(string Name, string Architecture, int Layers, int Width, int Heads, int HeadsKv, int FeedForward,
    int Vocabulary, string Stored, int PromptTokens, int AnswerTokens)
{
    /// <summary>703 MB: what a home machine runs well.</summary>
    public static readonly BenchModel Large = new("llama-1.24b-q4_0", "llama", 16, 2048, 32, 8, 8192, 128_256, "q4_0", 128, 32);

    /// <summary>202 MB: for a short run.</summary>
    public static readonly BenchModel Small = new("qwen3-12x768-f16", "qwen3", 12, 768, 12, 4, 2048, 32_000, "f16", 64, 96);

    /// <summary>A prompt of random tokens, the same for the same number.</summary>
    public int[] Prompt(int number, int tokens)
    {
        var random = new Random(number);
        return [.. Enumerable.Range(0, tokens).Select(_ => random.Next(Vocabulary))];
    }
}
