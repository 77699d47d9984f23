using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace SwarmCompute.Inference;

/// <summary>What was told of a streamed answer, event by event, so that it can be gone on with: token ids, and no text. Guarded by its ring's gate.</summary>
/// <param name="id">Names the answer.</param>
/// <param name="request">Hash of what was asked for and under which key: only who asks for the same again is told the rest.</param>
/// <param name="begun">When it began: seconds since 1970, UTC.</param>
internal sealed class AnswerHistory(AnswerId id, Hash32 request, long begun)
{
    private readonly List<AnswerEvent> _events = [];
    private int _sent;
    private bool _hasNews = true;

    public AnswerId Id => id;

    public Hash32 Request => request;

    public long Begun => begun;

    /// <summary>The epoch of the head that told the latest of it: an earlier head has no word in it any more.</summary>
    public uint HeadEpoch { get; set; }

    /// <summary>Whether it came from another head: that one may have told its client more than is known here.</summary>
    public bool IsTakenOver { get; init; }

    /// <summary>Whether a client is being told of it now.</summary>
    public bool IsTold { get; set; }

    public DateTimeOffset LastUsed { get; set; }

    public int Events => _events.Count;

    /// <summary>Whether the next stage lacks some of it.</summary>
    public bool IsUnsent => _hasNews || _sent < _events.Count;

    /// <summary>An event is about to be told; its number.</summary>
    public int Add(int choice, int? token)
    {
        _events.Add(new AnswerEvent((byte)choice, token ?? AnswerEvent.End));
        return _events.Count - 1;
    }

    /// <summary>The tokens of a choice, and how many of them are among the first events.</summary>
    /// <param name="choice">Which.</param>
    /// <param name="firstEvents">How many events the client has. Where these are more than are known, the choice must be the only one.</param>
    /// <param name="withRest">Whether the tokens of later events are wanted too; of those no log probabilities are kept.</param>
    public (ImmutableArray<int> Tokens, int Had) Known(int choice, int firstEvents, bool withRest)
    {
        ImmutableArray<int> Among(IEnumerable<AnswerEvent> events) => [.. events.Where(e => e.Choice == choice && e.Token != AnswerEvent.End).Select(e => e.Token)];
        var had = Among(_events.Take(firstEvents));
        return (withRest ? Among(_events) : had, firstEvents > _events.Count ? firstEvents : had.Length);
    }

    /// <summary>Whether the end of a choice is among the first events.</summary>
    public bool IsOver(int choice, int firstEvents) => _events.Take(firstEvents).Contains(new AnswerEvent((byte)choice, AnswerEvent.End));

    /// <summary>The choices of the events after the first ones, in their order.</summary>
    public ImmutableArray<byte> Order(int firstEvents) => [.. _events.Skip(firstEvents).Select(e => e.Choice)];

    /// <summary>Forgets the events after the first ones, if there are more: they are told again.</summary>
    public void Cutoff(int firstEvents)
    {
        if (firstEvents >= _events.Count) return;
        _events.RemoveRange(firstEvents, _events.Count - firstEvents);
        if (_sent <= firstEvents) return;
        _sent = firstEvents;
        _hasNews = true;
    }

    /// <summary>Room for what another has from this event on, to be written at once; it is known here up to there at least.</summary>
    public Span<AnswerEvent> Follow(int from, int events)
    {
        Cutoff(from);
        CollectionsMarshal.SetCount(_events, from + events);
        return CollectionsMarshal.AsSpan(_events)[from..];
    }

    /// <summary>The next events that the next stage lacks, which count as sent then, and the first one's number.</summary>
    public ReadOnlySpan<AnswerEvent> Send(int most, out int from)
    {
        from = _sent;
        _hasNews = false;
        _sent = Math.Min(_events.Count, from + most);
        return CollectionsMarshal.AsSpan(_events)[from.._sent];
    }

    /// <summary>The next stage lacks all of it.</summary>
    public void SendAnew() => (_sent, _hasNews) = (0, true);

    /// <summary>The next stage is not to be sent what is known so far.</summary>
    public void CountAsSent() => (_sent, _hasNews) = (_events.Count, false);
}
