using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>
/// Embeddings of texts. A text goes through the ring as a prompt does, in a session of its own; the last stage pools the final states of its tokens
/// and gives one vector. Texts take at most half of the sessions, and wait for one in the order in which they came; answers do not wait for that.
/// </summary>
public sealed partial class PipelineHead
{
    /// <summary>Numbers in an embedding; null while the head has no layers.</summary>
    public int? EmbeddingLength
    {
        get { lock (_ring.Gate) return _kernel?.EmbeddingLength; }
    }

    /// <summary>Why this pipeline makes no embeddings, in one line; null where it does, or where that is not known yet.</summary>
    public string? WhyNoEmbeddings
    {
        get { lock (_ring.Gate) return _kernel?.WhyNoEmbeddings; }
    }

    /// <summary>Texts that are embedded at once: half of the sessions, at least one.</summary>
    public int EmbeddingsAtOnce => Math.Max(1, _options.SessionsMax / 2);

    /// <summary>
    /// The embedding of a text: <see cref="EmbeddingLength"/> numbers, a vector of length 1. Waits for a session, and while a stage is replaced.
    /// Cancelling frees the session.
    /// </summary>
    /// <param name="tokens">The text's tokens: 1 to <see cref="ContextTokens"/>.</param>
    /// <param name="cancel">Gives it up.</param>
    /// <exception cref="ArgumentException">There is no token, or there are too many.</exception>
    /// <exception cref="PipelineException">The pipeline cannot do it, now or at all, or as many wait as may.</exception>
    public Task<ImmutableArray<float>> Embed(ImmutableArray<int> tokens, CancellationToken cancel)
    {
        if (tokens.IsDefaultOrEmpty) throw new ArgumentException("The text has no token.", nameof(tokens));
        if (tokens.Length > _options.ContextTokens)
            throw new ArgumentException($"The text has {tokens.Length} tokens; the context holds {_options.ContextTokens}.", nameof(tokens));
        if (WhyNoEmbeddings is { } why) throw new PipelineException(PipelineFault.Refused, why);
        return Vector(tokens, cancel);
    }

    private async Task<ImmutableArray<float>> Vector(ImmutableArray<int> tokens, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _cut.Token);
        using var room = await Room(new Turn(sessions: 1, tokens.Length, embeds: true, request: null), either.Token);
        var session = Begin(room, scope: null, tokens: default, known: 0);
        try
        {
            var (answer, calls) = FeedKnown(session, tokens.AsMemory(), tokens.Length);
            return (await Answer(answer, _options.RestoreMax + TimeSpan.FromSeconds(calls), either.Token)).Embedding;
        }
        finally
        {
            Usage.End(tokens.AsSpan(), [], 0);                               // first, as with answers: whoever drains reads it then
            lock (_ring.Gate) Close(session);
        }
    }
}
