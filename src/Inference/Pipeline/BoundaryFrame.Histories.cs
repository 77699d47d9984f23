using System.Buffers.Binary;

namespace SwarmCompute.Inference;

/// <summary>Frames of what was told of streamed answers.</summary>
internal readonly partial record struct BoundaryFrame
{
    /// <summary>The most events in one frame.</summary>
    public const int EventsMax = 4096;

    private const int HistorySize = AnswerId.Size + Hash32.Size, EventSize = 1 + sizeof(int);

    /// <summary>Events of an answer, from this number on.</summary>
    public static byte[] History(uint headEpoch, AnswerHistory answer, ReadOnlySpan<AnswerEvent> events, int from)
    {
        var header = new BoundaryFrame(FrameKind.History, new SessionId(headEpoch, 0), events.Length, false, from, answer.Begun);
        var frame = Begin(header, HistorySize + events.Length * EventSize);
        var payload = frame.AsSpan(HeaderSize);
        answer.Id.Write(payload);
        answer.Request.CopyTo(payload[AnswerId.Size..]);
        payload = payload[HistorySize..];
        foreach (var (choice, token) in events)
        {
            payload[0] = choice;
            BinaryPrimitives.WriteInt32LittleEndian(payload[1..], token);
            payload = payload[EventSize..];
        }
        return frame;
    }

    /// <summary>Reads which answer it is of, and the hash of what was asked for; checks the events.</summary>
    /// <exception cref="BoundaryProtocolException">There can be no such answer, or no such event.</exception>
    public static (AnswerId Id, Hash32 Request) ReadHistory(ReadOnlySpan<byte> frame, int count)
    {
        var payload = frame[HeaderSize..];
        if (!AnswerId.TryRead(payload, out var id)) throw new BoundaryProtocolException("a history names an impossible answer");
        for (var i = 0; i < count; i++)
            if (!ReadEvent(frame, i).IsPossible) throw new BoundaryProtocolException($"event {i} in a history of answer {id} is impossible");
        return (id, new Hash32(payload[AnswerId.Size..HistorySize]));
    }

    /// <summary>Reads one of the events of a history, from 0.</summary>
    public static AnswerEvent ReadEvent(ReadOnlySpan<byte> frame, int index)
    {
        var bytes = frame[(HeaderSize + HistorySize + index * EventSize)..];
        return new AnswerEvent(bytes[0], BinaryPrimitives.ReadInt32LittleEndian(bytes[1..]));
    }
}
