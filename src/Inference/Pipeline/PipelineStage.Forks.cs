namespace SwarmCompute.Inference;

/// <summary>Sessions that begin with the tokens of others, which this stage has run already.</summary>
public sealed partial class PipelineStage
{
    /// <summary>Sessions whose answer is not over. Read under the gate.</summary>
    private int Running => _sessions.Values.Count(session => !session.Rests);

    private void TakeFork(BoundaryFrame frame, SessionId sourceId)
    {
        if (_sessions.ContainsKey(frame.Session)) throw new BoundaryProtocolException($"session {frame.Session} was open when it was to begin");
        // A link that ends here is made again, and over a new one the frames themselves are sent.
        if (!_sessions.TryGetValue(sourceId, out var source) || source.IsRefused || frame.Sequence is < 1 or > int.MaxValue
            || source.Ends.Count < frame.Sequence || source.Ends[(int)frame.Sequence - 1] != frame.Position)
            throw new BoundaryProtocolException($"session {frame.Session} is to begin with {frame.Sequence} frames of session {sourceId}, which were not run here");
        var session = SessionOf(frame.Session);
        (session.Expected, session.Position) = (frame.Sequence, frame.Position);
        _ring.Sender.Fork(frame.Session, sourceId, frame.Sequence, frame.Position);
        if (session.IsRefused) return;
        _ring.Worker.PostUrgent(() => Fork(session, source, (int)frame.Sequence, frame.Position));
    }

    /// <summary>On the kernel's thread, before whatever ends the source, and before the first frame of the fork.</summary>
    private void Fork(StageSession session, StageSession source, int frames, int tokens)
    {
        try
        {
            session.Kernel = _canFork && source.Kernel is { } kernel ? kernel.Fork(tokens) : throw new InferenceException("A session cannot be forked here.");
        }
        catch (InferenceException fault)
        {
            lock (_ring.Gate) Refuse(session.Id, session, BoundaryFrame.Refused(session.Id, $"stage {_options.Slot}: {fault.Message}"));
            return;
        }
        lock (_ring.Gate)
        {
            session.Ends.AddRange(source.Ends.Take(frames));
            if (_canHandOver && !session.IsOver) _feed.Note(session);
        }
    }

    private void Rest(SessionId id)
    {
        if (!_sessions.TryGetValue(id, out var session)) return;
        session.Rests = true;
        _ring.ShareOut(Running);
        _ring.Sender.Rest(id);
    }
}
