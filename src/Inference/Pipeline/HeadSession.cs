namespace SwarmCompute.Inference;

/// <summary>One answer that a head generates, or one text that it embeds. Its state is guarded by the ring's gate, but for the kernel session, which is the kernel thread's.</summary>
internal sealed class HeadSession(SessionId id, bool embeds)
{
    private TaskCompletionSource<HeadAnswer>? _answer;
    private PipelineException? _fault;

    public SessionId Id => id;

    /// <summary>Whether it is a text, whose embedding the last stage owes instead of candidates.</summary>
    public bool Embeds => embeds;

    public KernelWorker.SerialQueue Queue { get; } = new();

    public IStageSession? Kernel { get; set; }

    public bool IsOver { get; set; }

    /// <summary>Whether it cannot go on: its frames would lack what came before them.</summary>
    public bool HasFailed => _fault is not null;

    /// <summary>The sequence of the next frame.</summary>
    public long NextSequence { get; private set; }

    /// <summary>Tokens in the frames so far.</summary>
    public int Position { get; private set; }

    /// <summary>The candidates that the last stage owes; where it owes none, those of the frame to come.</summary>
    public long Expected { get; private set; }

    /// <summary>Takes the place of the next frame.</summary>
    public (long Sequence, int Position) Advance(int tokens)
    {
        var place = (NextSequence, Position);
        NextSequence++;
        Position += tokens;
        return place;
    }

    /// <summary>What answers this frame; to be asked for before the frame is sent.</summary>
    public Task<HeadAnswer> Expect(long sequence)
    {
        Expected = sequence;
        _answer = new TaskCompletionSource<HeadAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_fault is not null) _answer.SetException(_fault);
        return _answer.Task;
    }

    /// <summary>An answer came; one that came before is left aside.</summary>
    /// <exception cref="BoundaryProtocolException">It answers a frame that was not sent yet.</exception>
    public void Answer(long sequence, Func<HeadAnswer> answer)
    {
        if (sequence >= NextSequence) throw new BoundaryProtocolException($"answer {sequence} of session {Id} came before their frame was sent");
        if (sequence != Expected || _answer is not { Task.IsCompleted: false }) return;
        Expected = NextSequence;
        _answer.SetResult(answer());
    }

    /// <summary>The session cannot go on.</summary>
    public void Fail(PipelineException fault)
    {
        _fault ??= fault;
        _answer?.TrySetException(_fault);
    }
}
