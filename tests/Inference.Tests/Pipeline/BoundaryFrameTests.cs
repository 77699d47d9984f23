using CsCheck;
using Xunit;

namespace SwarmCompute.Inference.Tests.Pipeline;

public sealed class BoundaryFrameTests
{
    private static readonly Gen<SessionId> Sessions = Gen.Select(Gen.UInt, Gen.UInt[1, uint.MaxValue], (epoch, number) => new SessionId(epoch, number));

    private static readonly Gen<float> Finite = Gen.Single.Where(float.IsFinite);

    [Fact]
    public void Hidden_states_survive_the_wire() =>
        Gen.Select(Sessions, Gen.Long[0, long.MaxValue], Gen.Int[0, int.MaxValue], Gen.Int[1, 64], Gen.Bool, Gen.Bool, Gen.Int[1, 64])
            .Sample((session, sequence, position, tokens, wants, embeds, length) =>
            {
                var bytes = BoundaryFrame.Hidden(session, sequence, position, tokens, wants, length, embeds);
                for (var i = 0; i < tokens * length; i++) BoundaryFrame.States(bytes)[i] = i * 0.5f;
                Assert.Null(BoundaryFrame.Read(bytes, out var frame));
                Assert.Equal(new BoundaryFrame(FrameKind.Hidden, session, tokens, wants, position, sequence) { Embeds = embeds }, frame);
                Assert.Equal(Enumerable.Range(0, tokens * length).Select(i => i * 0.5f), BoundaryFrame.States((ReadOnlySpan<byte>)bytes).ToArray());
            });

    [Fact]
    public void Candidates_survive_the_wire() =>
        Gen.Select(Sessions, Gen.Long[0, long.MaxValue], Gen.Select(Gen.Int[0, int.MaxValue], Finite).Array[1, Candidates.CountMax], Finite).Sample((session, sequence, pairs, sum) =>
        {
            var bytes = BoundaryFrame.OfCandidates(session, sequence, new Candidates([.. pairs.Select(p => p.Item1)], [.. pairs.Select(p => p.Item2)], sum));
            Assert.Null(BoundaryFrame.Read(bytes, out var frame));
            var read = BoundaryFrame.ReadCandidates(bytes, frame.Count);
            Assert.Equal((session, sequence, sum), (frame.Session, frame.Sequence, read.LogSumExp));
            Assert.Equal(pairs.Select(p => p.Item1), read.Tokens);
            Assert.Equal(pairs.Select(p => p.Item2), read.Logits);
        });

    [Fact]
    public void An_embedding_survives_the_wire() =>
        Gen.Select(Sessions, Gen.Long[0, long.MaxValue], Gen.Single.Array[1, 64]).Sample((session, sequence, vector) =>
        {
            var bytes = BoundaryFrame.OfEmbedding(session, sequence, vector);
            Assert.Null(BoundaryFrame.Read(bytes, out var frame));
            Assert.Equal(new BoundaryFrame(FrameKind.Embedding, session, 1, false, 0, sequence), frame);
            Assert.Equal(vector, BoundaryFrame.States((ReadOnlySpan<byte>)bytes).ToArray());
            Assert.NotNull(BoundaryFrame.Read(bytes.AsSpan(..^1), out _));
        });

    [Fact]
    public void What_is_handed_over_survives_the_wire() =>
        Gen.Select(Sessions, Gen.Long[0, long.MaxValue], Gen.Int[0, int.MaxValue], Gen.Int[1, 512], Gen.Byte.Array[0, 60], Gen.Byte.Array[1, 60])
            .Sample((session, sequence, position, tokens, sent, delta) =>
            {
                var bytes = BoundaryFrame.Handed(session, sequence, position, tokens, sent, delta);
                Assert.Null(BoundaryFrame.Read(bytes, out var frame));
                Assert.Equal(new BoundaryFrame(FrameKind.Handed, session, tokens, false, position, sequence), frame);
                Assert.Equal(sent, BoundaryFrame.Sent(bytes).ToArray());
                Assert.Equal(delta, BoundaryFrame.Delta(bytes).ToArray());
                bytes[BoundaryFrame.HeaderSize] += (byte)delta.Length;           // what was sent on would leave nothing for the delta
                Assert.NotNull(BoundaryFrame.Read(bytes, out _));
            });

    [Fact]
    public void What_a_stage_has_survives_the_wire() =>
        Gen.Dictionary(Sessions, Gen.Long[0, long.MaxValue])[0, 20].Sample(have =>
        {
            var bytes = BoundaryFrame.Have(have);
            Assert.Null(BoundaryFrame.Read(bytes, out var frame));
            Assert.Equal(have.OrderBy(e => e.Key.GetHashCode()), BoundaryFrame.ReadHave(bytes, frame.Count)!.OrderBy(e => e.Key.GetHashCode()));
        });

    [Fact]
    public void Open_sessions_survive_the_wire() =>
        Gen.Select(Gen.UInt, Gen.Long[0, long.MaxValue], Gen.UInt.HashSet[0, 20]).Sample((epoch, generation, numbers) =>
        {
            var bytes = BoundaryFrame.Sync(epoch, generation, numbers);
            Assert.Null(BoundaryFrame.Read(bytes, out var frame));
            Assert.Equal((epoch, generation), (frame.Session.HeadEpoch, frame.Sequence));
            Assert.True(numbers.SetEquals(BoundaryFrame.ReadSync(bytes)));
        });

    [Fact]
    public void A_fork_survives_the_wire() =>
        Gen.Select(Sessions, Gen.UInt[1, uint.MaxValue], Gen.Long[0, long.MaxValue], Gen.Int[0, int.MaxValue]).Sample((session, source, frames, tokens) =>
        {
            var bytes = BoundaryFrame.Fork(session, session with { Number = source }, frames, tokens);
            Assert.Null(BoundaryFrame.Read(bytes, out var frame));
            Assert.Equal(new BoundaryFrame(FrameKind.Fork, session, 0, false, tokens, frames), frame);
            Assert.Equal(session with { Number = source }, BoundaryFrame.ReadSource(frame, bytes));
        });

    [Fact]
    public void A_history_survives_the_wire() =>
        Gen.Select(Gen.UInt, Gen.Select(Gen.Bool, Gen.ULong, Gen.UInt), Gen.Byte.Array[Hash32.Size], Gen.Long[0, long.MaxValue], Gen.Int[0, int.MaxValue],
                Gen.Select(Gen.Byte[0, 7], Gen.Int[-1, int.MaxValue]).Array[0, 60])
            .Sample((epoch, name, hash, begun, from, pairs) =>
            {
                var answer = new AnswerHistory(new AnswerId(name.Item1, name.Item2, name.Item3), new Hash32(hash), begun);
                AnswerEvent[] events = [.. pairs.Select(pair => new AnswerEvent(pair.Item1, pair.Item2))];
                var bytes = BoundaryFrame.History(epoch, answer, events, from);
                Assert.Null(BoundaryFrame.Read(bytes, out var frame));
                Assert.Equal(new BoundaryFrame(FrameKind.History, new SessionId(epoch, 0), events.Length, false, from, begun), frame);
                var read = BoundaryFrame.ReadHistory(bytes, frame.Count);
                Assert.Equal((answer.Id, answer.Request), read);
                Assert.Equal(events, Enumerable.Range(0, frame.Count).Select(i => BoundaryFrame.ReadEvent(bytes, i)));
                Assert.True(AnswerId.TryParse(answer.Id.ToString(), out var parsed));
                Assert.Equal(answer.Id, parsed);
                Assert.NotNull(BoundaryFrame.Read(bytes.AsSpan(..^1), out _));
            });

    [Theory]
    [InlineData("stage 1: the context is full", "stage 1: the context is full")]
    [InlineData("two\nlines\u001b[31m", "two lines [31m")]
    public void A_refusal_arrives_as_printable_text(string reason, string read)
    {
        var bytes = BoundaryFrame.Refused(new SessionId(1, 2), reason);
        Assert.Null(BoundaryFrame.Read(bytes, out var frame));
        Assert.Equal((FrameKind.Refused, read), (frame.Kind, BoundaryFrame.ReadReason(bytes)));
    }

    [Fact]
    public void A_reason_that_is_too_long_is_cut() => Gen.String[0, 4000].Sample(reason =>
        Assert.Null(BoundaryFrame.Read(BoundaryFrame.Refused(new SessionId(1, 2), reason), out _)));

    [Fact]
    public void Random_bytes_are_read_or_refused_and_do_no_harm() => Gen.Byte.Array[0, 200].Sample(ReadAll);

    [Fact]
    public void Random_bytes_behind_a_known_kind_are_read_or_refused_and_do_no_harm() =>
        Gen.Select(Gen.Byte[1, 13], Gen.Int[0, 30], Gen.Byte.Array[0, 200]).Sample((kind, count, payload) =>
        {
            var bytes = new byte[BoundaryFrame.HeaderSize + payload.Length];
            (bytes[0], bytes[2], bytes[8]) = (kind, (byte)count, 1);
            payload.CopyTo(bytes, BoundaryFrame.HeaderSize);
            ReadAll(bytes);
        });

    [Fact]
    public void A_frame_that_is_cut_short_or_extended_is_refused() =>
        Gen.Select(Gen.Int[0, 80], Gen.Bool).Sample((by, cut) =>
        {
            var bytes = BoundaryFrame.OfCandidates(new SessionId(1, 1), 3, new Candidates([1, 2, 3, 4, 5, 6, 7], [7, 6, 5, 4, 3, 2, 1], 9));
            var changed = cut ? bytes[..Math.Max(0, bytes.Length - 1 - by)] : [.. bytes, .. new byte[by + 1]];
            Assert.NotNull(BoundaryFrame.Read(changed, out _));
        });

    private static void ReadAll(byte[] bytes)
    {
        if (BoundaryFrame.Read(bytes, out var frame) is not null) return;
        switch (frame.Kind)
        {
            case FrameKind.Candidates: Assert.Equal(frame.Count, BoundaryFrame.ReadCandidates(bytes, frame.Count).Tokens.Length); break;
            case FrameKind.Embedding: Assert.True(BoundaryFrame.States((ReadOnlySpan<byte>)bytes).Length > 0); break;
            case FrameKind.Have: _ = BoundaryFrame.ReadHave(bytes, frame.Count); break;
            case FrameKind.Sync: _ = BoundaryFrame.ReadSync(bytes); break;
            case FrameKind.Fork: _ = BoundaryFrame.ReadSource(frame, bytes); break;
            case FrameKind.History: Assert.True(Record.Exception(() => BoundaryFrame.ReadHistory(bytes, frame.Count)) is null or BoundaryProtocolException); break;
            case FrameKind.Refused: _ = BoundaryFrame.ReadReason(bytes); break;
            case FrameKind.Handed: Assert.True(BoundaryFrame.Sent(bytes).Length + BoundaryFrame.Delta(bytes).Length == bytes.Length - BoundaryFrame.HeaderSize - 4); break;
            case FrameKind.Hidden: Assert.True(BoundaryFrame.States((ReadOnlySpan<byte>)bytes).Length >= frame.Count); break;
            default: Assert.Equal(BoundaryFrame.HeaderSize, bytes.Length); break;
        }
    }
}
