namespace SwarmCompute.Inference;

/// <summary>One answer that a head generates, or one text that it embeds. Its state is guarded by the ring's gate, but for the kernel session, which is the kernel thread's.</summary>
internal sealed class HeadSession(SessionId id, string? scope, ReadOnlyMemory<int> tokens, bool embeds)
{
    private readonly List<int> _ends = [];
    private long _answered;
    private TaskCompletionSource<HeadAnswer>? _answer;
    private PipelineException? _fault;

    public SessionId Id => id;

    /// <summary>Whether it is a text, whose embedding the last stage owes instead of candidates.</summary>
    public bool Embeds => embeds;

    /// <summary>The tokens of prompt and answer, as far as they are known.</summary>
    public ReadOnlyMemory<int> Tokens => tokens;

    /// <summary>Tokens of the head's <see cref="KvBudget"/> that it has taken, and gives back when it is closed.</summary>
    public int TokensTaken { get; set; }

    /// <summary>Tokens that were not run again, as the session began with those of another.</summary>
    public int CachedTokens { get; private set; }

    /// <summary>Whether every frame so far has gone round the ring: every stage has run it.</summary>
    public bool IsAnswered => NextSequence > 0 && _answered == NextSequence;

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
        _ends.Add(Position);
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
    /// <exception cref="BoundaryProtocolException">It answers a frame that was not sent yet, or cannot be read.</exception>
    public void Answer(long sequence, Func<HeadAnswer> answer)
    {
        if (sequence >= NextSequence) throw new BoundaryProtocolException($"answer {sequence} of session {Id} came before their frame was sent");
        if (sequence != Expected || _answer is not { Task.IsCompleted: false }) return;
        var read = answer();                                             // first: where they are refused, they are still owed
        Expected = NextSequence;
        _answered = sequence + 1;
        _answer.SetResult(read);
    }

    /// <summary>How many frames, and tokens in them, a session of these tokens may share: what every stage has run. One token is always left to be run.</summary>
    public (int Frames, int Tokens) Shares(string? otherScope, ReadOnlySpan<int> others)
    {
        if (embeds || HasFailed || IsOver || otherScope != scope) return default;
        var common = Math.Min(Known.CommonPrefixLength(others), others.Length - 1);
        var frames = Math.Min(_ends.FindLastIndex(end => end <= common) + 1, (int)_answered);
        return frames == 0 ? default : (frames, _ends[frames - 1]);
    }

    /// <summary>Whether whoever could begin with this session's tokens could as well begin with the other's.</summary>
    public bool IsWithin(HeadSession other) => other.Shares(scope, [.. Known, 0]).Tokens == Position;

    /// <summary>Begins with frames of another session.</summary>
    public void Begin(HeadSession source, int frames)
    {
        _ends.AddRange(source._ends[..frames]);
        (NextSequence, Expected, Position, CachedTokens) = (frames, frames, _ends[^1], _ends[^1]);
    }

    private ReadOnlySpan<int> Known => tokens.Span[..Position];

    /// <summary>The session cannot go on.</summary>
    public void Fail(PipelineException fault)
    {
        _fault ??= fault;
        _answer?.TrySetException(_fault);
    }
}
