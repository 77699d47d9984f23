namespace SwarmCompute.Inference;

/// <summary>
/// Sessions that stay open after their answers, so that the next ones which begin with the same tokens need not run them again, in any stage.
/// They have only the room that no answer needs, sessions and tokens; whoever lacks room takes that of the one that was not used for longest.
/// </summary>
public sealed partial class PipelineHead
{
    /// <summary>The one that was used last comes last.</summary>
    private readonly List<HeadSession> _kept = [];

    /// <summary>Sessions that stay open after their answer, for others to begin with their tokens.</summary>
    public int KeptPrefixes
    {
        get { lock (_ring.Gate) return _kept.Count; }
    }

    private bool UsesPrefixes => _options.PrefixesMax > 0 && _canFork && RingStands() && (_options.Slots == 1 || _allFork);

    /// <summary>The session, its answer over or not, that has most of these tokens at the beginning; null where none has any.</summary>
    private HeadSession? FindPrefix(string? scope, ReadOnlySpan<int> tokens, out int frames)
    {
        (frames, var most, HeadSession? best) = (0, 0, null);
        if (!UsesPrefixes) return null;
        foreach (var session in _sessions.Values)
        {
            var shared = session.Shares(scope, tokens);
            if (shared.Tokens > most) (frames, most, best) = (shared.Frames, shared.Tokens, session);
        }
        return best;
    }

    /// <summary>Ends kept sessions until there is room for one answer more, which is counted already. False: the source had to go, too.</summary>
    private bool MakeRoom(HeadSession? source)
    {
        while (_kept.Count > 0 && _open + _kept.Count > _options.SessionsMax)
        {
            var oldest = _kept.Find(kept => kept != source);
            Close(oldest ?? source!);
            if (oldest is null) return false;
        }
        return true;
    }

    private void Fork(HeadSession session, HeadSession source, int frames)
    {
        session.Begin(source, frames);
        if (_kept.Remove(source)) _kept.Add(source);
        if (_options.Slots > 1) _ring.Sender.Fork(session.Id, source.Id, frames, session.CachedTokens);
        var tokens = session.CachedTokens;
        _ring.Worker.PostUrgent(() =>
        {
            try
            {
                session.Kernel = source.Kernel?.Fork(tokens) ?? throw new InferenceException("The session to begin with is not open.");
            }
            catch (InferenceException fault)
            {
                lock (_ring.Gate) session.Fail(new PipelineException(PipelineFault.Refused, $"The head refused: {fault.Message}", fault));
            }
        });
    }

    /// <summary>A stage, or the head's own kernel, could not begin with another's tokens: they are all run, in the same place.</summary>
    private HeadSession BeginAnew(HeadSession session, string? scope, int[] tokens, int known)
    {
        lock (_ring.Gate)
        {
            if (session.IsOver) throw new PipelineException(PipelineFault.NotReady, "The head is finishing; the answer is cut off.");
            _open++;                                                         // until the other is closed, which comes before the first call
            var taken = session.TokensTaken;
            session.TokensTaken = 0;                                         // the new one has them
            Close(session);
            if (FindPrefix(scope, tokens.AsSpan(0, known), out _) is { } source && _kept.Contains(source)) Close(source);
            var anew = Add(scope, tokens, source: null, frames: 0, taken);
            Admit();
            return anew;
        }
    }

    /// <summary>An answer is over. Its session stays where every stage has run all of it and there is no better one.</summary>
    private void KeepOrClose(HeadSession session)
    {
        if (session.IsOver) return;
        if (_draining || session.HasFailed || !session.IsAnswered || !UsesPrefixes || _kept.Exists(session.IsWithin))
        {
            Close(session);
            return;
        }
        foreach (var within in _kept.Where(kept => kept.IsWithin(session)).ToList()) Close(within);
        _open--;
        _kv.Return(session.TokensTaken - session.Position);
        session.TokensTaken = session.Position;
        _kept.Add(session);
        _ring.ShareOut(_sessions.Count - _kept.Count);
        if (_options.Slots > 1) _ring.Sender.Rest(session.Id);
        if (_kept.Count > _options.PrefixesMax) Close(_kept[0]);
        Admit();
    }

    private void Refused(HeadSession session, string reason)
    {
        session.Fail(new PipelineException(PipelineFault.Refused, $"A stage refused: {reason}"));
        if (!_kept.Contains(session)) return;
        Close(session);
        Admit();
    }
}
