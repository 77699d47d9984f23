using CsCheck;
using Xunit;

namespace SwarmCompute.Inference.Tests.Pipeline;

public sealed class AnswerHistoriesTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(60);

    [Fact]
    public void Only_the_latest_answers_are_kept()
    {
        var histories = Of(slot: 0);
        for (var i = 0; i < 1000; i++) histories.Keep(Id(i), default, Now.AddSeconds(i));
        Assert.Equal(Enumerable.Range(936, AnswerHistories.AnswersMax), Enumerable.Range(0, 1000).Where(i => histories.Find(Id(i)) is not null));
    }

    [Fact]
    public void Only_so_many_events_are_kept()
    {
        var histories = Of(slot: 0);
        for (var i = 0; i < 3; i++)
        {
            var answer = histories.Keep(Id(i), default, Now.AddSeconds(i));
            for (var token = 0; token < (AnswerHistories.EventsMax / 2) + 1; token++) answer.Add(0, token);
        }
        histories.Keep(Id(3), default, Now.AddSeconds(3));
        Assert.Equal((2, (AnswerHistories.EventsMax / 2) + 1), (histories.Count, histories.Events));
    }

    [Fact]
    public void What_is_not_used_is_forgotten_unless_it_is_being_told()
    {
        var histories = Of(slot: 0);
        histories.Keep(Id(1), default, Now).IsTold = true;
        histories.Keep(Id(2), default, Now);
        histories.Keep(Id(3), default, Now.AddSeconds(2));
        histories.Forget(Now.AddSeconds(1));
        Assert.Equal((true, false, true), (histories.Find(Id(1)) is not null, histories.Find(Id(2)) is not null, histories.Find(Id(3)) is not null));
    }

    /// <summary>Each step: begin an answer, tell an event of one, cut one off, send some frames, lose the link with what is on it, replace the stage.</summary>
    [Fact]
    public void A_stage_that_was_sent_everything_has_what_the_head_has_whatever_happened_before() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 4], Gen.Int[0, 20]).Array[0, 200].Sample(steps =>
        {
            var (head, stage) = (Of(slot: 0), Of(slot: 1));
            foreach (var (what, which, number) in steps)
            {
                var answer = head.Find(Id(which));
                switch (what)
                {
                    case 0 when answer is null: head.Keep(Id(which), Hash32.Sha256([(byte)which]), Now).HeadEpoch = 1; break;
                    case 1: answer?.Add(number % 3, number); break;
                    case 2: answer?.Cutoff(number); break;
                    case 3: Send(head, stage, frames: number); break;
                    case 4: _ = head.Next(); head.SendAnew(); break;
                    case 5: stage = Of(slot: 1); head.SendAnew(); break;
                    default: break;
                }
            }
            Send(head, stage, int.MaxValue);
            Assert.Equal((head.Count, head.Events), (stage.Count, stage.Events));
            for (var which = 0; which <= 4; which++)
                for (var choice = 0; choice < 3; choice++)
                    Assert.Equal(Tokens(head, which, choice), Tokens(stage, which, choice));
        });

    [Fact]
    public void A_long_answer_goes_in_parts()
    {
        var (head, stage) = (Of(slot: 0, contextTokens: 100_000), Of(slot: 1, contextTokens: 100_000));
        var answer = head.Keep(Id(1), default, Now);
        for (var token = 0; token < 10_000; token++) answer.Add(0, token);
        Assert.Equal(3, Send(head, stage, int.MaxValue));
        Assert.Equal(Tokens(head, 1, 0), Tokens(stage, 1, 0));
    }

    [Fact]
    public void A_head_that_was_replaced_has_no_word_in_an_answer_that_its_successor_has_told()
    {
        var stage = Of(slot: 2);
        Assert.NotNull(Take(stage, epoch: 1, from: 0, 10, 11, 12));
        Assert.NotNull(Take(stage, epoch: 2, from: 2, 22));
        Assert.Null(Take(stage, epoch: 1, from: 3, 13));
        Assert.Null(Take(stage, epoch: 1, from: 0));
        Assert.Equal([10, 11, 22], Tokens(stage, 1, 0));
    }

    [Fact]
    public void A_part_whose_beginning_is_not_known_is_worth_nothing()
    {
        var stage = Of(slot: 1);
        Assert.Null(Take(stage, epoch: 1, from: 1, 10));
        Assert.Equal(0, stage.Count);
    }

    [Fact]
    public void The_last_stage_gives_a_head_what_earlier_ones_told_and_not_what_it_told_itself()
    {
        var last = Of(slot: 2);
        last.NewestHead = 1;
        Take(last, epoch: 1, from: 0, 10);
        Assert.Null(last.Next());
        last.NewestHead = 2;
        Assert.NotNull(last.Next());
        Assert.Null(last.Next());
    }

    private static AnswerHistories Of(int slot, int contextTokens = 256) => new(TestRing.Fast(3) with { Slot = slot, ContextTokens = contextTokens });

    private static AnswerId Id(int number) => new(true, 5, (uint)number);

    private static int[] Tokens(AnswerHistories histories, int which, int choice) =>
        histories.Find(Id(which)) is { } answer ? [.. answer.Known(choice, 0, withRest: true).Tokens] : [];

    private static int Send(AnswerHistories from, AnswerHistories to, int frames)
    {
        var sent = 0;
        for (; sent < frames && from.Next() is { } bytes; sent++) Take(to, bytes);
        return sent;
    }

    private static AnswerHistory? Take(AnswerHistories to, uint epoch, int from, params int[] tokens) =>
        Take(to, BoundaryFrame.History(epoch, new AnswerHistory(Id(1), default, 5), [.. tokens.Select(token => new AnswerEvent(0, token))], from));

    private static AnswerHistory? Take(AnswerHistories to, byte[] bytes)
    {
        Assert.Null(BoundaryFrame.Read(bytes, out var frame));
        return to.Take(frame, bytes, Now);
    }
}
