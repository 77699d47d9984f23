using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>
/// Embeddings of texts. A text goes through the ring as a prompt does, in a session of its own; the last stage pools the final states of its tokens
/// and gives one vector. Texts take at most half of the sessions, and wait for one in the order in which they came; answers do not wait for them.
/// </summary>
public sealed partial class PipelineHead
{
    private const int WaitingMax = 256;

    private readonly Queue<TaskCompletionSource<HeadSession>> _waiting = new();
    private int _embeddingsOpen;

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
        var session = await OpenInTurn(either.Token);
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

    /// <summary>A session for a text, in the order in which the texts came.</summary>
    private async Task<HeadSession> OpenInTurn(CancellationToken cancel)
    {
        var turn = new TaskCompletionSource<HeadSession>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_ring.Gate)
        {
            CheckOpen();
            if (_waiting.Count >= WaitingMax) throw new PipelineException(PipelineFault.Busy, $"{WaitingMax} texts wait to be embedded, as many as there may be.");
            _waiting.Enqueue(turn);
            Admit();
        }
        try
        {
            return await turn.Task.WaitAsync(_options.RestoreMax, _time, cancel);
        }
        catch (Exception fault) when (fault is TimeoutException or OperationCanceledException)
        {
            await GiveBack(turn);
            if (_cut.IsCancellationRequested) throw new PipelineException(PipelineFault.NotReady, "The head is finishing; the text is not embedded.", fault);
            if (fault is OperationCanceledException) throw;
            throw new PipelineException(PipelineFault.Busy, $"No session was free within {_options.RestoreMax.TotalSeconds} s.", fault);
        }
    }

    /// <summary>Nobody waits for this turn any more: where it was given a session meanwhile, that one is closed.</summary>
    private async Task GiveBack(TaskCompletionSource<HeadSession> turn)
    {
        if (turn.TrySetCanceled(CancellationToken.None)) return;
        var session = await turn.Task;
        lock (_ring.Gate) Close(session);
    }

    /// <summary>Gives sessions that are free to the texts that wait. Called under the gate.</summary>
    private void Admit()
    {
        while (!_draining && _embeddingsOpen < EmbeddingsAtOnce && _open < _options.SessionsMax && _waiting.TryDequeue(out var turn))
        {
            if (turn.Task.IsCompleted) continue;                             // it was given up
            var session = Begin(scope: null, tokens: default, known: 0, embeds: true);
            if (!turn.TrySetResult(session)) Close(session);
        }
    }

    /// <summary>No text that waits gets its turn any more. Called under the gate.</summary>
    private void TurnAway()
    {
        while (_waiting.TryDequeue(out var turn)) turn.TrySetException(new PipelineException(PipelineFault.NotReady, "The head takes no more requests."));
    }
}
