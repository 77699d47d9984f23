namespace SwarmCompute.Trainer.Model;

/// <summary>The sizes of a Llama-shaped model. Everything the forward pass and the GGUF header need to know.</summary>
/// <param name="Vocabulary">Number of token ids.</param>
/// <param name="Width">Length of a hidden state (n_embd).</param>
/// <param name="Layers">Transformer blocks (n_layer); six or more, so that three stages hold at least two each.</param>
/// <param name="Heads">Query heads (n_head).</param>
/// <param name="KvHeads">Key and value heads (n_head_kv); divides <paramref name="Heads"/>.</param>
/// <param name="FeedForward">Inner width of the SwiGLU block (n_ff).</param>
/// <param name="Context">Positions seen in training (n_ctx_train).</param>
internal sealed record TaleShape(int Vocabulary, int Width, int Layers, int Heads, int KvHeads, int FeedForward, int Context)
{
    public const float RopeBase = 10_000f;
    public const float NormEpsilon = 1e-5f;

    /// <summary>The shape of the bundled model.</summary>
    public static TaleShape Default { get; } = new(2048, 256, 8, 4, 2, 640, 512);

    public int HeadWidth => Width / Heads;

    public int KvWidth => HeadWidth * KvHeads;

    /// <summary>Rows are read 16 floats at a time, without a rest. Throws <see cref="ArgumentException"/> for sizes that do not allow it.</summary>
    public void ThrowIfNotWhole()
    {
        if (Width % Heads != 0 || Heads % KvHeads != 0) throw new ArgumentException($"{Width} wide, {Heads} and {KvHeads} heads: these do not divide.");
        foreach (var length in (int[])[Vocabulary, Width, KvWidth, HeadWidth, FeedForward, Context])
            if (length <= 0 || length % 16 != 0) throw new ArgumentException($"A length of {length} is no multiple of 16.");
    }
}
