namespace SwarmCompute.Inference;

/// <summary>
/// One sequence in one stage: its KV cache and its position. The same calls (the same hidden states, with the same number of
/// tokens in each call) give the same bits, in a fresh session too and whatever other sessions do. So a lost stage is
/// replaced by replaying its calls. Where the kernel runs batches, the same states give the same bits however they are cut into calls.
/// </summary>
public interface IStageSession : IDisposable
{
    /// <summary>Tokens evaluated so far.</summary>
    int Position { get; }

    /// <summary>Runs a stage that is not the last: the hidden states after its layers, for every token.</summary>
    /// <param name="hiddenIn">tokens * EmbeddingLength floats, token after token.</param>
    /// <param name="tokens">Tokens in this call: 1 to the kernel's PrefillTokensMax.</param>
    /// <param name="hiddenOut">Receives tokens * EmbeddingLength floats.</param>
    /// <exception cref="InferenceException">The context is full, the session failed before, or the engine failed.</exception>
    /// <exception cref="InvalidOperationException">This is the last stage.</exception>
    void RunHidden(ReadOnlySpan<float> hiddenIn, int tokens, Span<float> hiddenOut);

    /// <summary>Runs the last stage: the candidates for the token that follows the last one of this call.</summary>
    /// <param name="hiddenIn">tokens * EmbeddingLength floats, token after token.</param>
    /// <param name="tokens">Tokens in this call: 1 to the kernel's PrefillTokensMax.</param>
    /// <exception cref="InferenceException">The context is full, the session failed before, or the engine failed.</exception>
    /// <exception cref="InvalidOperationException">This is not the last stage.</exception>
    Candidates RunLast(ReadOnlySpan<float> hiddenIn, int tokens);

    /// <summary>Runs the last stage over a part of a text whose embedding is wanted: pools the final states of all its tokens. No candidates are made.</summary>
    /// <param name="hiddenIn">tokens * EmbeddingLength floats, token after token.</param>
    /// <param name="tokens">Tokens in this call: 1 to the kernel's PrefillTokensMax.</param>
    /// <exception cref="InferenceException">The engine makes no embeddings, the context is full, the session failed before, or the engine failed.</exception>
    /// <exception cref="InvalidOperationException">This is not the last stage.</exception>
    void RunPooled(ReadOnlySpan<float> hiddenIn, int tokens) => throw new InferenceException("This engine makes no embeddings.");

    /// <summary>The embedding of the text so far: EmbeddingLength floats, a vector of length 1.</summary>
    /// <exception cref="InferenceException">Not all tokens of the session were pooled here, or their states give no direction.</exception>
    float[] Embedding() => throw new InferenceException("This engine makes no embeddings.");

    /// <summary>What the session knows of some of its tokens, for a session of another instance with the same layers.</summary>
    /// <param name="from">The first token: 0 or more.</param>
    /// <param name="to">After the last token: more than <paramref name="from"/>, at most <see cref="Position"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The session does not have these tokens.</exception>
    /// <exception cref="InferenceException">The session failed before, or the engine failed.</exception>
    /// <exception cref="NotSupportedException">The kernel cannot hand sessions over.</exception>
    byte[] Export(int from, int to) => throw new NotSupportedException("This engine cannot hand a session over.");

    /// <summary>
    /// Takes over tokens that another instance ran: the session then goes on with the bits that the other one would have given. Where it fails,
    /// the session has failed.
    /// </summary>
    /// <param name="delta">What the other session exported of exactly these tokens.</param>
    /// <param name="from">The first token, which is <see cref="Position"/>.</param>
    /// <param name="to">After the last token.</param>
    /// <exception cref="InferenceException">The delta is damaged or of other layers, the context is full, or the session failed before.</exception>
    /// <exception cref="NotSupportedException">The kernel cannot hand sessions over.</exception>
    void Import(ReadOnlySpan<byte> delta, int from, int to) => throw new NotSupportedException("This engine cannot take a session over.");

    /// <summary>Another session that begins with the first tokens of this one, and does not run them again. Neither shows in the other from then on.</summary>
    /// <param name="tokens">How many: 1 to <see cref="Position"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The session does not have these tokens.</exception>
    /// <exception cref="InferenceException">The session failed before, or as many sessions are open as the stage was loaded for.</exception>
    /// <exception cref="NotSupportedException">The kernel cannot fork sessions.</exception>
    IStageSession Fork(int tokens) => throw new NotSupportedException("This engine cannot fork a session.");
}
