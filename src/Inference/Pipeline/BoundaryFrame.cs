using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace SwarmCompute.Inference;

/// <summary>
/// The frames between stages, little-endian. A header of 24 bytes, then what the kind says; a field that a kind does not use is 0.
/// <code>
///  0 u8  kind            1 u8  flags: 1 = wants candidates (Hidden), or with 8: the text ends, and its embedding is wanted; 2 and 4: the format of
///                              hidden states, times 2 (Hidden, Have); 8 = is of a text to be embedded (Hidden); 1 = every stage so far can fork (Sync)
///  2 u16 count: tokens (Hidden, Handed), candidates (Candidates), 1 (Embedding), entries (Have, Sync), bytes (Refused), 0 (Fork), events (History)
///  4 u32 head epoch      8 u32 session number
/// 12 u32 position: tokens of the session before this frame (Hidden, Handed); tokens that are shared (Fork); events of the answer before these (History)
/// 16 u64 sequence: the session's frames before this one (Hidden, Candidates, Handed, Embedding); frames that are shared (Fork); the map's generation (Sync);
///        when the answer began, in seconds since 1970 (History)
/// 24 Hidden: states in the format, a row for each token     Candidates: f32 log-sum-exp, count * i32 token, count * f32 logit
///    Have: count * { u32 head epoch, u32 number, u64 next sequence }     Sync: count * u32 number     Refused: UTF-8 reason
///    Embedding: f32 numbers, embedding length     Fork: u32 number of the source
///    Handed: u32 length of the frame that was sent on (0: none), that frame, the engine's delta of these tokens
///    History: u8 1 for a chat, else 0; 12 bytes of the answer's id; SHA-256 of the request; count * { u8 choice, i32 token, -1 at the choice's end }
/// </code>
/// Candidates and embeddings carry the sequence of the Hidden frame that they answer.
/// </summary>
internal readonly partial record struct BoundaryFrame(
    FrameKind Kind, SessionId Session, int Count, bool WantsCandidates, int Position, long Sequence, BoundaryFormat Format = BoundaryFormat.F32)
{
    /// <summary>In a Sync: whether every stage that it came through can fork sessions.</summary>
    public bool AllFork => Kind == FrameKind.Sync && WantsCandidates;

    public const int HeaderSize = 24;
    public const int EntriesMax = 1024;
    public const int TokensMax = 512;
    public const int ReasonBytesMax = 512;

    private const int Wants = 1, FormatShift = 1, FormatMask = 3, OfText = 8, AllFlags = 15;
    private const int HaveEntrySize = 16, HandedSize = HeaderSize + sizeof(uint);

    /// <summary>Whether the states are of a text whose embedding is wanted. All frames of such a session are.</summary>
    public bool Embeds { get; init; }

    /// <summary>Reads and checks a frame's header and its length; null where it is well formed, otherwise what is wrong with it.</summary>
    public static string? Read(ReadOnlySpan<byte> bytes, out BoundaryFrame frame)
    {
        frame = default;
        if (bytes.Length < HeaderSize) return "a frame is shorter than its header";
        var kind = (FrameKind)bytes[0];
        var (flags, count) = (bytes[1], BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]));
        var session = new SessionId(BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]));
        var position = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
        var sequence = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        var (wants, embeds, format) = ((flags & Wants) != 0, (flags & OfText) != 0, (BoundaryFormat)(flags >> FormatShift & FormatMask));
        if (flags > AllFlags || !HasFlags(kind, wants, embeds, format)) return $"a frame of kind {kind} has unknown flags";
        if (position > int.MaxValue || (kind is not (FrameKind.Hidden or FrameKind.Handed or FrameKind.Fork or FrameKind.History) && position != 0)) return $"a frame of kind {kind} has an impossible position";
        if (sequence > long.MaxValue || (!HasSequence(kind) && sequence != 0)) return $"a frame of kind {kind} has an impossible sequence";
        if (!HasSession(kind, session)) return $"a frame of kind {kind} names an impossible session";
        if (!HasLength(kind, count, bytes.Length - HeaderSize, format) || (kind == FrameKind.Handed && SentLength(bytes) > bytes.Length - HandedSize - 1))
            return $"a frame of kind {kind} has a wrong length";
        frame = new BoundaryFrame(kind, session, count, wants, (int)position, (long)sequence, format) { Embeds = embeds };
        return null;
    }

    /// <summary>A frame of exact hidden states, yet to be filled in through <see cref="States(byte[])"/>.</summary>
    public static byte[] Hidden(SessionId session, long sequence, int position, int tokens, bool wantsCandidates, int embeddingLength, bool embeds = false) =>
        Begin(new BoundaryFrame(FrameKind.Hidden, session, tokens, wantsCandidates, position, sequence) { Embeds = embeds }, tokens * embeddingLength * sizeof(float));

    /// <summary>How long a frame of hidden states is.</summary>
    public static int HiddenBytes(int tokens, int embeddingLength, BoundaryFormat format = BoundaryFormat.F32) =>
        HeaderSize + tokens * BoundaryCodec.RowBytes(format, embeddingLength);

    /// <summary>Writes the header of a frame of hidden states into the memory that it is to have.</summary>
    public static void WriteHidden(Span<byte> bytes, SessionId session, long sequence, int position, int tokens, bool wantsCandidates,
        BoundaryFormat format = BoundaryFormat.F32, bool embeds = false) =>
        WriteHeader(bytes, new BoundaryFrame(FrameKind.Hidden, session, tokens, wantsCandidates, position, sequence, format) { Embeds = embeds });

    /// <summary>The exact hidden states within a frame. The machine is little-endian, as the wire is.</summary>
    public static Span<float> States(byte[] frame) => MemoryMarshal.Cast<byte, float>(frame.AsSpan(HeaderSize));

    /// <summary>The exact hidden states within a received frame.</summary>
    public static ReadOnlySpan<float> States(ReadOnlySpan<byte> frame) => MemoryMarshal.Cast<byte, float>(frame[HeaderSize..]);

    public static byte[] OfCandidates(SessionId session, long sequence, Candidates candidates)
    {
        var count = candidates.Tokens.Length;
        var frame = Begin(new BoundaryFrame(FrameKind.Candidates, session, count, false, 0, sequence), sizeof(float) + count * 8);
        var payload = frame.AsSpan(HeaderSize);
        BinaryPrimitives.WriteSingleLittleEndian(payload, candidates.LogSumExp);
        for (var i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(payload[(4 + 4 * i)..], candidates.Tokens[i]);
            BinaryPrimitives.WriteSingleLittleEndian(payload[(4 + 4 * (count + i))..], candidates.Logits[i]);
        }
        return frame;
    }

    public static byte[] OfEmbedding(SessionId session, long sequence, ReadOnlySpan<float> embedding)
    {
        var frame = Begin(new BoundaryFrame(FrameKind.Embedding, session, 1, false, 0, sequence), embedding.Length * sizeof(float));
        embedding.CopyTo(States(frame));
        return frame;
    }

    /// <summary>Reads the candidates.</summary>
    /// <exception cref="BoundaryProtocolException">One is impossible: a token below 0, or a logit that no engine gives.</exception>
    public static Candidates ReadCandidates(ReadOnlySpan<byte> frame, int count)
    {
        var payload = frame[HeaderSize..];
        var tokens = ImmutableArray.CreateBuilder<int>(count);
        var logits = ImmutableArray.CreateBuilder<float>(count);
        for (var i = 0; i < count; i++)
        {
            tokens.Add(BinaryPrimitives.ReadInt32LittleEndian(payload[(4 + 4 * i)..]));
            logits.Add(BinaryPrimitives.ReadSingleLittleEndian(payload[(4 + 4 * (count + i))..]));
        }
        var sum = BinaryPrimitives.ReadSingleLittleEndian(payload);
        if (tokens.Any(token => token < 0) || logits.Any(logit => float.IsNaN(logit) || logit == float.PositiveInfinity) || !float.IsFinite(sum))
            throw new BoundaryProtocolException("impossible candidates came to the head");
        return new Candidates(tokens.MoveToImmutable(), logits.MoveToImmutable(), sum);
    }

    public static byte[] Have(IReadOnlyCollection<KeyValuePair<SessionId, long>> next, BoundaryFormat format = BoundaryFormat.F32)
    {
        var frame = Begin(new BoundaryFrame(FrameKind.Have, default, next.Count, false, 0, 0, format), next.Count * HaveEntrySize);
        var entry = frame.AsSpan(HeaderSize);
        foreach (var (session, sequence) in next)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(entry, session.HeadEpoch);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], session.Number);
            BinaryPrimitives.WriteInt64LittleEndian(entry[8..], sequence);
            entry = entry[HaveEntrySize..];
        }
        return frame;
    }

    /// <summary>Reads the entries; null where one of them is impossible or repeated.</summary>
    public static Dictionary<SessionId, long>? ReadHave(ReadOnlySpan<byte> frame, int count)
    {
        var next = new Dictionary<SessionId, long>(count);
        for (var entry = frame[HeaderSize..]; !entry.IsEmpty; entry = entry[HaveEntrySize..])
        {
            var session = new SessionId(BinaryPrimitives.ReadUInt32LittleEndian(entry), BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]));
            var sequence = BinaryPrimitives.ReadInt64LittleEndian(entry[8..]);
            if (sequence < 0 || session.Number == 0 || !next.TryAdd(session, sequence)) return null;
        }
        return next;
    }

    public static byte[] Sync(uint headEpoch, long generation, IReadOnlyCollection<uint> numbers, bool allFork = false)
    {
        var frame = Begin(new BoundaryFrame(FrameKind.Sync, new SessionId(headEpoch, 0), numbers.Count, allFork, 0, generation), numbers.Count * sizeof(uint));
        var entry = frame.AsSpan(HeaderSize);
        foreach (var number in numbers)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(entry, number);
            entry = entry[sizeof(uint)..];
        }
        return frame;
    }

    public static HashSet<uint> ReadSync(ReadOnlySpan<byte> frame) => [.. MemoryMarshal.Cast<byte, uint>(frame[HeaderSize..])];

    public static byte[] Refused(SessionId session, string reason)
    {
        var text = Encoding.UTF8.GetBytes(reason);
        if (text.Length > ReasonBytesMax) text = Encoding.UTF8.GetBytes(reason[..(ReasonBytesMax / 4)]);
        var frame = Begin(new BoundaryFrame(FrameKind.Refused, session, text.Length, false, 0, 0), text.Length);
        text.CopyTo(frame.AsSpan(HeaderSize));
        return frame;
    }

    /// <summary>The reason in a Refused frame, with control characters taken out: it may be printed.</summary>
    public static string ReadReason(ReadOnlySpan<byte> frame) =>
        string.Concat(Encoding.UTF8.GetString(frame[HeaderSize..]).Select(c => char.IsControl(c) ? ' ' : c));

    /// <summary>What a standby is handed for one frame: the frame that was sent on for it, empty where none was, and the engine's delta.</summary>
    public static byte[] Handed(SessionId session, long sequence, int position, int tokens, ReadOnlySpan<byte> sent, ReadOnlySpan<byte> delta)
    {
        var frame = Begin(new BoundaryFrame(FrameKind.Handed, session, tokens, false, position, sequence), sizeof(uint) + sent.Length + delta.Length);
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(HeaderSize), sent.Length);
        sent.CopyTo(frame.AsSpan(HandedSize));
        delta.CopyTo(frame.AsSpan(HandedSize + sent.Length));
        return frame;
    }

    /// <summary>The frame that was sent on, within a Handed frame; yet to be read and checked itself.</summary>
    public static ReadOnlyMemory<byte> Sent(ReadOnlyMemory<byte> frame) => frame.Slice(HandedSize, (int)SentLength(frame.Span));

    /// <summary>The engine's delta within a Handed frame.</summary>
    public static ReadOnlyMemory<byte> Delta(ReadOnlyMemory<byte> frame) => frame[(HandedSize + (int)SentLength(frame.Span))..];

    /// <summary>A session that begins with so many frames, of so many tokens, of another one of the same head.</summary>
    public static byte[] Fork(SessionId session, SessionId source, long frames, int tokens)
    {
        var frame = Begin(new BoundaryFrame(FrameKind.Fork, session, 0, false, tokens, frames), sizeof(uint));
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(HeaderSize), source.Number);
        return frame;
    }

    /// <summary>The session that a Fork frame begins with.</summary>
    public static SessionId ReadSource(BoundaryFrame fork, ReadOnlySpan<byte> frame) =>
        fork.Session with { Number = BinaryPrimitives.ReadUInt32LittleEndian(frame[HeaderSize..]) };

    /// <summary>Makes a frame one of another session of the same head.</summary>
    public static void Renumber(Span<byte> frame, uint number) => BinaryPrimitives.WriteUInt32LittleEndian(frame[8..], number);

    public static byte[] Rest(SessionId session) => Begin(new BoundaryFrame(FrameKind.Rest, session, 0, false, 0, 0), 0);

    public static byte[] Close(SessionId session) => Begin(new BoundaryFrame(FrameKind.CloseSession, session, 0, false, 0, 0), 0);

    public static byte[] Ping() => Begin(new BoundaryFrame(FrameKind.Ping, default, 0, false, 0, 0), 0);

    public static byte[] Pong() => Begin(new BoundaryFrame(FrameKind.Pong, default, 0, false, 0, 0), 0);

    private static byte[] Begin(BoundaryFrame frame, int payload)
    {
        var bytes = new byte[HeaderSize + payload];
        WriteHeader(bytes, frame);
        return bytes;
    }

    private static void WriteHeader(Span<byte> bytes, BoundaryFrame frame)
    {
        bytes[0] = (byte)frame.Kind;
        bytes[1] = (byte)((frame.WantsCandidates ? Wants : 0) | (frame.Embeds ? OfText : 0) | (int)frame.Format << FormatShift);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], checked((ushort)frame.Count));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], frame.Session.HeadEpoch);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], frame.Session.Number);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], frame.Position);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], frame.Sequence);
    }

    private static uint SentLength(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt32LittleEndian(frame[HeaderSize..]);

    private static bool HasFlags(FrameKind kind, bool wants, bool embeds, BoundaryFormat format) => kind switch
    {
        FrameKind.Hidden => Enum.IsDefined(format),
        FrameKind.Have => Enum.IsDefined(format) && !wants && !embeds,
        FrameKind.Sync => format == 0 && !embeds,
        _ => format == 0 && !wants && !embeds,
    };

    private static bool HasSequence(FrameKind kind) =>
        kind is FrameKind.Hidden or FrameKind.Candidates or FrameKind.Embedding or FrameKind.Sync or FrameKind.Handed or FrameKind.Fork or FrameKind.History;

    private static bool HasSession(FrameKind kind, SessionId session) => kind switch
    {
        FrameKind.Hidden or FrameKind.Candidates or FrameKind.Embedding or FrameKind.Handed or FrameKind.CloseSession or FrameKind.Fork or FrameKind.Rest => session.Number != 0,
        FrameKind.Sync or FrameKind.History => session.Number == 0,
        FrameKind.Refused => session.Number != 0 || session.HeadEpoch == 0,
        _ => session == default,
    };

    private static bool HasLength(FrameKind kind, int count, int payload, BoundaryFormat format) => kind switch
    {
        FrameKind.Have => count <= EntriesMax && payload == count * HaveEntrySize,
        FrameKind.Hidden => count is > 0 and <= TokensMax && payload % count == 0 && BoundaryCodec.IsRow(format, payload / count),
        FrameKind.Handed => count is > 0 and <= TokensMax && payload > sizeof(uint),
        FrameKind.Candidates => count is > 0 and <= Candidates.CountMax && payload == sizeof(float) + count * 8,
        FrameKind.Embedding => count == 1 && payload > 0 && payload % sizeof(float) == 0,
        FrameKind.Sync => count <= EntriesMax && payload == count * sizeof(uint),
        FrameKind.Refused => count <= ReasonBytesMax && payload == count,
        FrameKind.Fork => count == 0 && payload == sizeof(uint),
        FrameKind.History => count <= EventsMax && payload == HistorySize + count * EventSize,
        FrameKind.CloseSession or FrameKind.Ping or FrameKind.Pong or FrameKind.Rest => count == 0 && payload == 0,
        _ => false,
    };
}
