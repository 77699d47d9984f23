using System.Runtime.CompilerServices;

namespace SwarmCompute.Inference;

/// <summary>An answer, token by token: what is known is fed, then each token that the sampler chose from the candidates that came back.</summary>
public sealed partial class PipelineHead
{
    private async IAsyncEnumerable<GeneratedToken> Tokens(GenerationRequest request, Sampler sampler, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _cut.Token);
        var tokens = new int[request.Prompt.Length + request.TokensMax];
        request.Prompt.CopyTo(tokens);
        request.Resume.CopyTo(tokens, request.Prompt.Length);
        var (begin, count) = (request.Prompt.Length, request.Prompt.Length + request.Resume.Length);
        using var own = request.Room is null ? await RoomFor(request, 1, either.Token) : null;
        var session = Begin(request.Room ?? own!, request.PrefixScope, tokens, count);
        try
        {
            if (await First(session, count, begin, either.Token) is not { } candidates)
            {
                session = BeginAnew(session, request.PrefixScope, tokens, count);
                candidates = (await First(session, count, begin, either.Token))!;
            }
            var cached = Math.Min(session.CachedTokens, begin);
            while (true)
            {
                var token = sampler.Next(candidates, tokens.AsSpan(0, count));
                if (request.StopTokens.Contains(token))
                {
                    yield return new GeneratedToken(count - begin, token, IsEnd: true, candidates) { CachedTokens = cached };
                    yield break;
                }
                tokens[count++] = token;
                if (count - begin > request.Had) Usage.CountToken();
                yield return new GeneratedToken(count - 1 - begin, token, IsEnd: false, candidates) { CachedTokens = cached };
                if (count == tokens.Length) yield break;
                var answer = Feed(session, tokens.AsMemory(count - 1, 1), wantsCandidates: true)!;
                candidates = (await Answer(answer, _options.RestoreMax, either.Token)).Candidates!;
            }
        }
        finally
        {
            var resumed = Math.Min(count - begin, Math.Max(request.Resume.Length, request.Had));
            Usage.End(request.Prompt.AsSpan(), tokens.AsSpan(begin, count - begin), resumed);                 // first: whoever drains reads it then
            lock (_ring.Gate) KeepOrClose(session);
        }
    }

    /// <summary>The candidates after all that is known; null where the session began with tokens of another, and a stage cannot do that.</summary>
    private async Task<Candidates?> First(HeadSession session, int known, int prompt, CancellationToken cancel)
    {
        try
        {
            var (answer, calls) = FeedKnown(session, session.Tokens[..known], prompt);
            return (await Answer(answer, _options.RestoreMax + TimeSpan.FromSeconds(calls), cancel)).Candidates;         // a second for each call of the prompt
        }
        catch (PipelineException fault) when (fault.Fault == PipelineFault.Refused && session.CachedTokens > 0)
        {
            return null;
        }
    }

    /// <summary>Feeds prompt and resumed tokens in the calls in which they were fed at first: chunks of the prompt, then token by token.</summary>
    private (Task<HeadAnswer> Answer, int Calls) FeedKnown(HeadSession session, ReadOnlyMemory<int> tokens, int prompt)
    {
        var (answer, calls) = ((Task<HeadAnswer>?)null, 0);
        for (var at = session.CachedTokens; at < tokens.Length; calls++)
        {
            var take = at < prompt ? Math.Min(_options.PrefillTokens, prompt - at) : 1;
            answer = Feed(session, tokens.Slice(at, take), wantsCandidates: at + take == tokens.Length);
            at += take;
        }
        return (answer!, calls);
    }

    private Task<HeadAnswer>? Feed(HeadSession session, ReadOnlyMemory<int> tokens, bool wantsCandidates)
    {
        lock (_ring.Gate)
        {
            var (sequence, position) = session.Advance(tokens.Length);
            var answer = wantsCandidates ? session.Expect(sequence) : null;
            _ring.Worker.Post(session.Queue, new TokensCall(this, session, tokens, sequence, position, wantsCandidates));
            return answer;
        }
    }

    private async Task<HeadAnswer> Answer(Task<HeadAnswer> answer, TimeSpan bound, CancellationToken cancel)
    {
        try
        {
            return await answer.WaitAsync(bound, _time, cancel);
        }
        catch (TimeoutException fault)
        {
            throw new PipelineException(PipelineFault.Stalled, $"The pipeline was not restored within {bound.TotalSeconds} s.", fault);
        }
        catch (OperationCanceledException fault) when (_cut.IsCancellationRequested)
        {
            throw new PipelineException(PipelineFault.NotReady, "The head is finishing; the answer is cut off.", fault);
        }
    }
}
