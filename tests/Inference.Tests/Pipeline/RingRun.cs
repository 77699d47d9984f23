using System.Collections.Concurrent;

namespace SwarmCompute.Inference.Tests.Pipeline;

/// <summary>Plays a case on a real ring, and compares each token, and the candidates that it was chosen from, with those of the whole model.</summary>
internal sealed class RingRun : IAsyncDisposable
{
    private readonly RingCase _case;
    private readonly CancellationToken _cancel;
    private readonly List<GeneratedToken>[] _expected;
    private readonly ConcurrentBag<LlamaStageKernel> _kernels = [];
    private readonly ConcurrentBag<IEmbedding> _embeddings = [];
    private readonly SemaphoreSlim _killing = new(1);
    private readonly TestRing _ring;
    private int _given, _killed;

    public RingRun(RingCase ringCase, string model, TemporaryDirectory directory, CancellationToken cancel)
    {
        TestEngine.Require();
        (_case, _cancel) = (ringCase, cancel);
        _expected = [.. _case.Questions.Select(question => Alone(model, question))];
        var (options, last) = (_case.Options, _case.Ranges.Length - 1);
        for (var slot = 0; slot <= last; slot++) GgufSlicer.WriteStage(model, directory.File($"{slot}.gguf"), _case.Ranges[slot], slot == last);
        _ring = new TestRing(options.Slots, options, (slot, _) => Noted((LlamaStageKernel)LlamaCpp.LoadStage(directory.File($"{slot}.gguf"), new StageLoadOptions
        {
            Last = slot == last,
            ContextTokensPerSession = options.ContextTokens,
            SessionsMax = options.SessionsMax,
            KvTokens = options.KvTokens,
            PrefillTokensMax = options.PrefillTokens,
        }), _kernels), () => Noted(LlamaCpp.LoadEmbedding(model), _embeddings));
    }

    /// <summary>Plays the case.</summary>
    /// <returns>How often a stage's cache was compacted.</returns>
    public async Task<int> Holds()
    {
        await _ring.Stands(_cancel);
        await Task.WhenAll(_case.Lanes.Select(asks => Lane(asks)));
        await _ring.Head.Drain(TimeSpan.FromSeconds(30), _cancel);           // ends what was kept for others to begin with
        while (_ring.Head.OpenSessions > 0 || Enumerable.Range(1, _case.Options.Slots - 1).Any(slot => _ring[slot].Stage!.OpenSessions + _ring[slot].Stage!.KeptPrefixes > 0))
            await Task.Delay(2, _cancel);
        Assert.Equal(0, _ring.Head.KvTokensTaken);
        return _kernels.Sum(kernel => kernel.Moves);
    }

    public async ValueTask DisposeAsync()
    {
        await _ring.DisposeAsync();
        foreach (var embedding in _embeddings) embedding.Dispose();
        _killing.Dispose();
    }

    private static List<GeneratedToken> Alone(string path, GenerationRequest request)
    {
        using var whole = new WholeModel(path);
        var sampler = new Sampler(request.Sampling, request.Prompt.Length, request.Grammar);
        var (tokens, answer) = (request.Prompt.ToList(), new List<GeneratedToken>());
        Candidates candidates = null!;
        foreach (var call in request.Prompt.Chunk(StageChain.CallTokens)) candidates = whole.Next(call);
        while (true)
        {
            var token = sampler.Next(candidates, tokens.ToArray());
            var ends = request.StopTokens.Contains(token);
            answer.Add(new GeneratedToken(answer.Count, token, ends, candidates));
            if (ends || answer.Count == request.TokensMax) return answer;
            tokens.Add(token);
            candidates = whole.Next([token]);
        }
    }

    private static T Noted<T>(T made, ConcurrentBag<T> among)
    {
        among.Add(made);
        return made;
    }

    private async Task Lane(IEnumerable<RingCase.Ask> asks)
    {
        foreach (var ask in asks)
        {
            var had = new List<GeneratedToken>();
            while (!await Answered(ask, had)) await Task.Delay(2, _cancel);
            var expected = _expected[ask.Question];
            Assert.True(had.Count >= Math.Min(ask.TokensWanted, expected.Count), "an answer ended before its end");
            AssertSame(expected.Take(had.Count).ToList(), had);              // a token may come just after a cancellation
        }
    }

    /// <summary>Asks for what of an answer is not had yet; false where the head takes no answer now.</summary>
    private async Task<bool> Answered(RingCase.Ask ask, List<GeneratedToken> had)
    {
        var question = _case.Questions[ask.Question];
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(_cancel);
        try
        {
            await foreach (var token in _ring.Head.Generate(question with { Resume = [.. had.Select(token => token.Token)] }, cancel.Token))
            {
                had.Add(token);
                await KillWhoseTurnItIs(Interlocked.Increment(ref _given));
                if (token.IsEnd || had.Count == question.TokensMax) return true;
                if (had.Count < ask.TokensWanted) continue;
                if (!ask.Cancels) return true;
                await cancel.CancelAsync();
            }
            return true;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return true;
        }
        catch (PipelineException fault) when (fault.Fault is PipelineFault.NotReady or PipelineFault.Busy)
        {
            return false;
        }
    }

    private async Task KillWhoseTurnItIs(int given)
    {
        while (_killed < _case.Kills.Length && _case.Kills[_killed].AtToken <= given)
        {
            await _killing.WaitAsync(_cancel);
            try
            {
                if (_killed == _case.Kills.Length || _case.Kills[_killed].AtToken > given) return;
                int[] victims = [.. _case.Kills[_killed++].Victims];
                foreach (var victim in victims) await _ring.Kill(victim);
                _ring.Replace(victims);
            }
            finally
            {
                _killing.Release();
            }
        }
    }

    private static void AssertSame(List<GeneratedToken> expected, List<GeneratedToken> actual)
    {
        Assert.Equal(expected.Select(token => (token.Index, token.Token, token.IsEnd)), actual.Select(token => (token.Index, token.Token, token.IsEnd)));
        Bits.AssertSame(expected.ConvertAll(token => token.Candidates!), actual.ConvertAll(token => token.Candidates!));
    }
}
