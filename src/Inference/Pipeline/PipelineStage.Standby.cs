using SwarmCompute.Overlay;

namespace SwarmCompute.Inference;

/// <summary>
/// A stage and its standby. The standby is a stage of the same slot and layers, certified for a later epoch, that no map names yet: until one does,
/// the holder of the slot hands it every frame that it has finished, and it neither dials nor is dialled within the ring. Once a map names it, it
/// is a stage like any other, that already has what it was handed: the stage before replays only what came later.
/// </summary>
public sealed partial class PipelineStage
{
    /// <summary>
    /// Finished frames that the standby was not sent yet; null where no standby is linked. 0: the standby has, or has on its way, all that it would
    /// need to take over now.
    /// </summary>
    public int? StandbyLag
    {
        get { lock (_ring.Gate) return _feed.Lag; }
    }

    /// <summary>
    /// Names the stage's standby; null: it has none any more. Its link is made, and made again, beside the ring's; the ring never waits for it.
    /// </summary>
    /// <param name="standby">A stage of this slot, of a later epoch.</param>
    /// <exception cref="ArgumentException">It is of another slot, or its epoch is not later.</exception>
    public void HandOverTo(StagePeer? standby)
    {
        if (standby is not null && (standby.Slot != _options.Slot || standby.Epoch <= _options.Epoch))
            throw new ArgumentException($"The standby of slot {_options.Slot} is of that slot and of a later epoch than {_options.Epoch}.", nameof(standby));
        lock (_ring.Gate)
        {
            if (standby is null) _standbyLink.Leave();
            else _standbyLink.Follow(standby);
        }
    }

    string? IRingNode.FollowUp()
    {
        if (_kernel is null) return $"the layers of slot {_options.Slot} are not loaded yet";
        if (!_canHandOver) return $"the engine of slot {_options.Slot} cannot take sessions over";
        foreach (var session in _sessions.Keys.ToList()) Close(session);
        return null;
    }

    Task IRingNode.Follow(BoundaryFrame frame, OverlayFrame buffer)
    {
        try
        {
            if (frame.Kind == FrameKind.Handed) return TakeHanded(frame, buffer);
            if (frame.Kind != FrameKind.CloseSession) throw new BoundaryProtocolException($"a frame of kind {frame.Kind} came from the holder");
            Close(frame.Session);
            buffer.Dispose();
            return Task.CompletedTask;
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    private Task TakeHanded(BoundaryFrame frame, OverlayFrame buffer)
    {
        ObserveHead(frame.Session.HeadEpoch);
        if (frame.Session.HeadEpoch < _headEpoch) throw new BoundaryProtocolException("the holder handed over a session of a head that was replaced");
        if (!_sessions.ContainsKey(frame.Session) && _sessions.Count >= _options.SessionsMax)
            throw new BoundaryProtocolException($"more than {_options.SessionsMax} sessions were handed over");
        var session = SessionOf(frame.Session);
        if (frame.Sequence != session.Expected || frame.Position != session.Position || frame.Count > _options.PrefillTokens
            || frame.Count > _options.ContextTokens - frame.Position)
            throw new BoundaryProtocolException($"frame {frame.Sequence} of session {frame.Session} was handed over for an impossible place");
        var sent = BoundaryFrame.Sent(buffer.Memory);
        if (!IsAnswer(frame, sent.Span)) throw new BoundaryProtocolException($"what was sent on for frame {frame.Sequence} of session {frame.Session} is not for it");
        session.Expected++;
        session.Position += frame.Count;
        if (!sent.IsEmpty) _ring.Sender.Emit(frame.Session, frame.Sequence, Copy(frame.Session, sent.Span));
        var taken = new OverlayFrame();
        buffer.MoveTo(taken);
        var call = new HandedCall(this, session, frame, taken);
        _ring.Worker.Post(session.Queue, call);
        return call.Taken;
    }

    /// <summary>What the holder sent on, to be kept as if this stage had.</summary>
    private FrameSlice Copy(SessionId session, ReadOnlySpan<byte> sent)
    {
        if (_options.IsLast) return FrameSlice.Of(sent.ToArray());
        var copy = _ring.Sender.Reserve(session, sent.Length);
        sent.CopyTo(copy.Span);
        return copy;
    }

    /// <summary>Whether these bytes are what this stage would send on for a frame.</summary>
    private bool IsAnswer(BoundaryFrame frame, ReadOnlySpan<byte> sent)
    {
        if (sent.IsEmpty) return _options.IsLast;
        if (BoundaryFrame.Read(sent, out var answer) is not null || answer.Session != frame.Session || answer.Sequence != frame.Sequence) return false;
        if (_options.IsLast) return answer.Kind == FrameKind.Candidates;
        return answer.Kind == FrameKind.Hidden && (answer.Count, answer.Position, answer.Format) == (frame.Count, frame.Position, _options.Boundary)
            && sent.Length == BoundaryFrame.HiddenBytes(frame.Count, _kernel!.EmbeddingLength, _options.Boundary);
    }

    /// <summary>The kernel has finished a frame of a session, up to this position. Called under the gate.</summary>
    private void Finished(StageSession session, int end)
    {
        if (_canHandOver || _canFork) session.Ends.Add(end);
        if (_canHandOver) _feed.Note(session);
    }

    /// <summary>A session's state could not be taken over: what is known of it is worth nothing.</summary>
    private void LoseHanded(StageSession session, InferenceException fault)
    {
        if (_ring.Map is null && !_ring.InboundIsUp) Close(session.Id);      // still a standby: the successor is fed it anew, or replayed
        else Refuse(session.Id, session, BoundaryFrame.Refused(session.Id, $"stage {_options.Slot}: {fault.Message}"));
    }

    private void TellLoss(PipelineEvent happened)
    {
        if (happened is PipelineEvent.PeerLost lost) _ring.Raise(new PipelineEvent.StandbyLost(lost.Epoch, lost.Reason));
    }

    /// <summary>What one frame that was handed over asks of the kernel's thread.</summary>
    private sealed class HandedCall(PipelineStage stage, StageSession session, BoundaryFrame frame, OverlayFrame buffer) : IKernelCall
    {
        private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Tokens => 0;

        /// <summary>Ends when the frame is taken.</summary>
        public Task Taken => _taken.Task;

        public StageCall? Begin()
        {
            using var _ = buffer;
            lock (stage._ring.Gate)
            {
                if (session.IsOver || session.IsRefused)
                {
                    _taken.SetResult();
                    return null;
                }
            }
            try
            {
                stage._ring.Spill();
                session.Kernel ??= stage._kernel!.Open();
                session.Kernel.Import(BoundaryFrame.Delta(buffer.Memory).Span, frame.Position, frame.Position + frame.Count);
                lock (stage._ring.Gate) stage.Finished(session, frame.Position + frame.Count);
                _taken.SetResult();
            }
            catch (InferenceException fault)
            {
                lock (stage._ring.Gate) stage.LoseHanded(session, fault);
                _taken.SetException(new BoundaryProtocolException(fault.Message));
            }
            return null;
        }

        public void End(StageCall call) => throw new InvalidOperationException("A frame that was handed over is not run.");

        public void Drop()
        {
            buffer.Dispose();
            _taken.TrySetResult();
        }
    }
}
