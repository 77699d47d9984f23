namespace SwarmCompute.Inference;

/// <summary>
/// The latest streamed answers: 64 of them, 1,048,576 events together. A head keeps what it tells; copies go round the ring, every stage keeps one,
/// and the last stage gives them to a head of a later epoch. In memory only. Not thread-safe: every call is made under the ring's gate.
/// </summary>
internal sealed class AnswerHistories(PipelineOptions options)
{
    /// <summary>The most answers that are kept; the one that was not used for longest makes room.</summary>
    public const int AnswersMax = 64;

    /// <summary>The most events that are kept.</summary>
    public const int EventsMax = 1 << 20;

    private const long LatestSecond = 253_402_300_799;                       // of the year 9999, the calendar's last

    private readonly Dictionary<AnswerId, AnswerHistory> _answers = [];

    /// <summary>How long a head keeps an answer after it was last read.</summary>
    public static TimeSpan KeepTime { get; } = TimeSpan.FromMinutes(2);

    /// <summary>The epoch of the newest head. The last stage gives the answers of earlier ones to it.</summary>
    public uint NewestHead { get; set; }

    public int Count => _answers.Count;

    /// <summary>Events of all answers together.</summary>
    public int Events
    {
        get
        {
            var events = 0;
            foreach (var answer in _answers.Values) events += answer.Events;
            return events;
        }
    }

    /// <summary>Whether the next stage lacks something.</summary>
    public bool AreUnsent
    {
        get
        {
            foreach (var answer in _answers.Values)
                if (IsOwed(answer)) return true;
            return false;
        }
    }

    public AnswerHistory? Find(AnswerId id) => _answers.GetValueOrDefault(id);

    /// <summary>Begins to keep a new answer.</summary>
    public AnswerHistory Keep(AnswerId id, Hash32 request, DateTimeOffset now) => Add(new AnswerHistory(id, request, now.ToUnixTimeSeconds()) { LastUsed = now });

    /// <summary>Takes what another has of an answer, unless a later head has told of it. A part whose beginning is not known here is worth nothing.</summary>
    /// <param name="frame">A History frame.</param>
    /// <param name="bytes">All its bytes.</param>
    /// <param name="now">Counts as use.</param>
    /// <param name="mayBegin">Whether an answer is taken that is not known yet.</param>
    /// <returns>The answer where it was taken.</returns>
    /// <exception cref="BoundaryProtocolException">There can be no such answer.</exception>
    public AnswerHistory? Take(BoundaryFrame frame, ReadOnlySpan<byte> bytes, DateTimeOffset now, bool mayBegin = true)
    {
        var (id, request) = BoundaryFrame.ReadHistory(bytes, frame.Count);
        if (frame.Sequence > LatestSecond || frame.Position > AnswerEvent.ChoicesMax * (options.ContextTokens + 1L) - frame.Count)
            throw new BoundaryProtocolException($"answer {id} has an impossible history: {frame.Count} events at {frame.Position}");
        var answer = Find(id);
        if (answer is not null && (answer.Request != request || answer.Begun != frame.Sequence)) throw new BoundaryProtocolException($"answer {id} became another one");
        if (answer?.HeadEpoch > frame.Session.HeadEpoch || (answer is null && !mayBegin)) return null;
        if (frame.Position > (answer?.Events ?? 0) || frame.Position > EventsMax - frame.Count)
        {
            _answers.Remove(id);
            return null;
        }
        answer ??= Add(new AnswerHistory(id, request, frame.Sequence) { IsTakenOver = true });
        var events = answer.Follow(frame.Position, frame.Count);
        for (var i = 0; i < events.Length; i++) events[i] = BoundaryFrame.ReadEvent(bytes, i);
        (answer.HeadEpoch, answer.LastUsed) = (frame.Session.HeadEpoch, now);
        MakeRoom(AnswersMax);
        return answer;
    }

    /// <summary>The next frame of what the next stage lacks; null where it lacks nothing.</summary>
    public byte[]? Next()
    {
        foreach (var answer in _answers.Values)
            if (IsOwed(answer)) return BoundaryFrame.History(HeadOf(answer), answer, answer.Send(BoundaryFrame.EventsMax, out var from), from);
        return null;
    }

    /// <summary>A new link: the next stage lacks everything.</summary>
    public void SendAnew()
    {
        foreach (var answer in _answers.Values) answer.SendAnew();
    }

    /// <summary>All were used just now.</summary>
    public void Renew(DateTimeOffset now)
    {
        foreach (var answer in _answers.Values) answer.LastUsed = now;
    }

    /// <summary>Forgets answers that were not used since then, and are not being told.</summary>
    public void Forget(DateTimeOffset since)
    {
        foreach (var answer in _answers.Values)
            if (!answer.IsTold && answer.LastUsed < since) _answers.Remove(answer.Id);
    }

    /// <summary>Forgets what was told for heads that never were.</summary>
    public void ForgetHeadsAfter(uint epoch)
    {
        foreach (var answer in _answers.Values)
            if (answer.HeadEpoch > epoch) _answers.Remove(answer.Id);
    }

    /// <summary>The last stage need not tell a head what that head itself has told.</summary>
    private bool IsOwed(AnswerHistory answer) => answer.IsUnsent && (!options.IsLast || answer.HeadEpoch < NewestHead);

    /// <summary>Whose word it is: what a head has of an earlier one's is its own.</summary>
    private uint HeadOf(AnswerHistory answer) => options.Slot == 0 ? options.Epoch.Value : answer.HeadEpoch;

    private AnswerHistory Add(AnswerHistory answer)
    {
        MakeRoom(AnswersMax - 1);
        _answers.Add(answer.Id, answer);
        return answer;
    }

    private void MakeRoom(int answers)
    {
        while (_answers.Count > answers || (_answers.Count > 1 && Events > EventsMax))
            _answers.Remove(_answers.Values.MinBy(answer => answer.LastUsed)!.Id);
    }
}
