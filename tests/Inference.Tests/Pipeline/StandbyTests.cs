using CsCheck;
using SwarmCompute.Overlay;
using Xunit;

namespace SwarmCompute.Inference.Tests.Pipeline;

/// <summary>A standby that followed a stage takes its place: no token changes, and nothing is run twice.</summary>
public sealed class StandbyTests
{
    private const int Prompt = 20, PromptFrames = 3;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, InlineData(3, 1), InlineData(3, 2), InlineData(2, 1), InlineData(4, 2)]
    public async Task A_standby_that_followed_takes_over_and_only_what_came_later_is_run_again(int slots, int slot)
    {
        await using var ring = new TestRing(slots);
        await ring.Stands(Cancel);
        var undisturbed = await ring.Generate(Prompt, 20, Cancel);
        await using var standby = ring.Follow(slot);
        var disturbed = await ring.Generate(Prompt, 20, Cancel, async count =>
        {
            if (count != 9) return;
            await ring.Followed(standby, PromptFrames + count - 1, Cancel);
            await ring.Kill(slot);
            ring.Promote(standby);
        });
        Assert.Equal(undisturbed, disturbed);
        Assert.Equal((PromptFrames + 8, 11), (Kernel(standby).Imports, Kernel(standby).Calls));
    }

    [Fact]
    public async Task A_standby_that_comes_in_the_middle_is_handed_everything_from_the_start()
    {
        await using var ring = new TestRing(3);
        await ring.Stands(Cancel);
        var undisturbed = await ring.Generate(Prompt, 20, Cancel);
        TestRing.Member? standby = null;
        var disturbed = await ring.Generate(Prompt, 20, Cancel, async count =>
        {
            if (count == 6) standby = ring.Follow(1);
            if (count != 12) return;
            await ring.Followed(standby!, PromptFrames + count - 1, Cancel);
            await ring.Kill(1);
            ring.Promote(standby!);
        });
        Assert.Equal(undisturbed, disturbed);
        Assert.Equal((PromptFrames + 11, 8), (Kernel(standby!).Imports, Kernel(standby!).Calls));
    }

    [Fact]
    public async Task A_stage_that_is_lost_at_any_moment_under_a_standby_changes_no_token() =>
        await Gen.Select(Gen.Int[2, 4], Gen.Int[1, 3], Gen.Int[1, 19], Gen.Int[1, 40]).Where((slots, victim, _, _) => victim < slots)
            .SampleAsync(async (slots, victim, at, prompt) =>
            {
                await using var ring = new TestRing(slots);
                await ring.Stands(Cancel);
                var undisturbed = await ring.Generate(prompt, 20, Cancel);
                await using var standby = ring.Follow(victim);
                var disturbed = await ring.Generate(prompt, 20, Cancel, async count =>
                {
                    if (count != at) return;
                    await ring.Kill(victim);                                 // the standby may have all, a part or nothing of it
                    ring.Promote(standby);
                });
                Assert.Equal(undisturbed, disturbed);
            }, iter: 20, threads: 1);

    [Fact]
    public async Task Sessions_that_run_together_are_all_taken_over()
    {
        await using var ring = new TestRing(3);
        await ring.Stands(Cancel);
        var undisturbed = new List<List<int>>();
        for (var salt = 0; salt < 6; salt++) undisturbed.Add(await ring.Generate(10 + salt, 20, Cancel, salt: salt));
        await using var standby = ring.Follow(1);
        var running = Enumerable.Range(0, 6).Select(salt => ring.Generate(10 + salt, 20, Cancel, salt: salt, onToken: async count =>
        {
            if (salt != 2 || count != 7) return;
            await ring.Followed(standby, PromptFrames + 2, Cancel);
            await ring.Kill(1);
            ring.Promote(standby);
        })).ToList();
        Assert.Equal(undisturbed, await Task.WhenAll(running));
    }

    [Fact]
    public async Task The_stage_after_a_promoted_standby_that_is_lost_next_is_rebuilt_from_the_frames_that_were_handed_over()
    {
        await using var ring = new TestRing(3);
        await ring.Stands(Cancel);
        var undisturbed = await ring.Generate(Prompt, 24, Cancel);
        await using var standby = ring.Follow(1);
        var disturbed = await ring.Generate(Prompt, 24, Cancel, async count =>
        {
            if (count == 8)
            {
                await ring.Followed(standby, PromptFrames + count - 1, Cancel);
                await ring.Kill(1);
                ring.Promote(standby);
            }
            if (count != 14) return;
            await ring.Kill(2);
            ring.Replace(2);
        });
        Assert.Equal(undisturbed, disturbed);
        Assert.Equal((16, PromptFrames + 23), (Kernel(ring[1]).Calls, Kernel(ring[2]).Calls));
    }

    [Fact]
    public async Task A_promoted_standby_hands_over_to_its_own_standby()
    {
        await using var ring = new TestRing(3);
        await ring.Stands(Cancel);
        var undisturbed = await ring.Generate(Prompt, 24, Cancel);
        await using var first = ring.Follow(1);
        TestRing.Member? second = null;
        var disturbed = await ring.Generate(Prompt, 24, Cancel, async count =>
        {
            if (count is not (8 or 15)) return;
            var standby = count == 8 ? first : second!;
            await ring.Followed(standby, PromptFrames + count - 1, Cancel);
            await ring.Kill(1);
            ring.Promote(standby);
            if (count == 8) second = ring.Follow(1);
        });
        Assert.Equal(undisturbed, disturbed);
        Assert.Equal((PromptFrames + 14, 9), (Kernel(second!).Imports, Kernel(second!).Calls));
    }

    [Fact]
    public async Task A_standby_that_is_lost_disturbs_nobody_and_begins_anew_when_it_is_back()
    {
        await using var ring = new TestRing(3);
        await ring.Stands(Cancel);
        var undisturbed = await ring.Generate(Prompt, 24, Cancel);
        await using var standby = ring.Follow(1);
        var disturbed = await ring.Generate(Prompt, 24, Cancel, async count =>
        {
            if (count is not (6 or 9 or 14)) return;
            var had = count switch { 6 => 0, 9 => 8, _ => 8 + 11 };
            await ring.Followed(standby, had + PromptFrames + count - 1, Cancel);
            if (count < 14)
            {
                standby.Wire.Cut();
                return;
            }
            await ring.Kill(1);
            ring.Promote(standby);
        });
        Assert.Equal(undisturbed, disturbed);
        Assert.Equal((8 + 11 + 16, 10), (Kernel(standby).Imports, Kernel(standby).Calls));
    }

    [Fact]
    public async Task A_standby_that_is_gone_is_told_of_and_the_stage_goes_on()
    {
        await using var ring = new TestRing(3, TestRing.Fast(3) with { SilenceMax = TimeSpan.FromMilliseconds(600) });
        await ring.Stands(Cancel);
        var undisturbed = await ring.Generate(Prompt, 12, Cancel);
        var standby = ring.Follow(1);
        Assert.Equal(undisturbed, await ring.Generate(Prompt, 12, Cancel, async count =>
        {
            if (count != 4) return;
            await ring.Followed(standby, PromptFrames + count - 1, Cancel);
            standby.Wire.Cut();
            await standby.DisposeAsync();
        }));
        PipelineEvent happened;
        do happened = await ring[1].Events.ReadAsync(Cancel);
        while (happened is not PipelineEvent.StandbyLost);
        Assert.Equal(new LeaseEpoch(2), ((PipelineEvent.StandbyLost)happened).Epoch);
        Assert.Null(ring[1].Stage!.StandbyLag);
    }

    [Fact]
    public async Task A_standby_that_takes_nothing_holds_nobody_up()
    {
        using var gate = new ManualResetEventSlim(true);
        await using var ring = new TestRing(3, TestRing.Fast(3) with { SilenceMax = TimeSpan.FromSeconds(60) }, (slot, epoch) => new FakeKernel(slot, slot == 2) { OnImport = epoch == 2 ? gate.Wait : null });
        await ring.Stands(Cancel);
        var undisturbed = await ring.Generate(Prompt, 40, Cancel);
        await using var standby = ring.Follow(1);
        var disturbed = await ring.Generate(Prompt, 40, Cancel, async count =>
        {
            if (count == 3)
            {
                await ring.Followed(standby, PromptFrames + 2, Cancel);
                gate.Reset();
            }
            if (count != 38) return;
            Assert.True(Kernel(standby).Imports <= PromptFrames + 3, "it stands still");
            gate.Set();
            await ring.Followed(standby, PromptFrames + count - 1, Cancel);
            await ring.Kill(1);
            ring.Promote(standby);
        });
        Assert.Equal(undisturbed, disturbed);
        Assert.Equal(2, Kernel(standby).Calls);
    }

    [Fact]
    public async Task Sessions_that_end_are_freed_in_the_standby()
    {
        await using var ring = new TestRing(3);
        await ring.Stands(Cancel);
        await using var standby = ring.Follow(2);
        for (var salt = 0; salt < 12; salt++)                                // more than may be open at once
        {
            await ring.Generate(Prompt, 4, Cancel, async count =>
            {
                if (count == 2) await ring.Followed(standby, salt * PromptFrames, Cancel);
            }, salt);
        }
        while (standby.Stage!.OpenSessions + Kernel(standby).OpenSessions > 0) await Task.Delay(2, Cancel);
    }

    [Fact]
    public async Task A_standby_has_no_word_in_the_ring_before_a_map_names_it()
    {
        await using var ring = new TestRing(3);
        await ring.Stands(Cancel);
        await using var standby = ring.Follow(1);
        standby.Update(ring.Map);                                            // it still names the holder
        var answer = await ring.Generate(Prompt, 12, Cancel, async count =>
        {
            if (count == 6) await ring.Followed(standby, PromptFrames + count - 1, Cancel);
        });
        Assert.Equal(12, answer.Count);
        while (standby.Events.TryRead(out var happened)) Assert.Fail($"it said {happened}");
        Assert.Equal(0, Kernel(standby).Calls);
    }

    [Fact]
    public async Task An_older_epoch_cannot_hand_over_and_nobody_hands_over_to_a_stage_of_the_ring()
    {
        await using var ring = new TestRing(3);
        await ring.Stands(Cancel);
        await ring.Kill(1);
        ring.Replace(1);
        await ring.Stands(Cancel);
        await using var standby = ring.Follow(1);                            // of epoch 3; epoch 2 holds the slot
        await ring.Generate(Prompt, 4, Cancel, async count =>
        {
            if (count == 2) await ring.Followed(standby, PromptFrames, Cancel);
        });
        Assert.Contains("epoch 1 of slot 1 is over", await Refusal(ring, standby, 1));
        Assert.Contains("is not slot 0", await Refusal(ring, standby, 3));
        Assert.Contains("follows nobody", await Refusal(ring, ring[1], 1));
        Assert.Contains("is not slot 0", await Refusal(ring, standby, 2, slot: 2));
    }

    [Fact]
    public async Task A_map_fences_the_older_holders_of_a_standby()
    {
        await using var ring = new TestRing(3);
        await ring.Stands(Cancel);
        await ring.Kill(1);
        ring.Replace(1);
        await ring.Kill(1);
        ring.Replace(1);
        await using var standby = ring.Follow(1);                            // of epoch 4; epoch 3 holds the slot
        standby.Update(ring.Map);
        Assert.Contains("epoch 2 of slot 1 is over; it is at 3", await Refusal(ring, standby, 2));
    }

    [Fact]
    public async Task What_does_not_follow_is_not_taken_over()
    {
        await using var ring = new TestRing(3);
        await ring.Stands(Cancel);
        await using var standby = ring.Follow(1);
        ring[1].Stage!.HandOverTo(null);
        var session = new SessionId(1, 7);
        var sent = BoundaryFrame.Hidden(session, 0, 0, 1, false, FakeKernel.Length);
        byte[] delta = [.. BitConverter.GetBytes(1UL), .. BitConverter.GetBytes(5UL)];
        var good = BoundaryFrame.Handed(session, 0, 0, 1, sent, delta);
        byte[][] bad =
        [
            BoundaryFrame.Handed(session, 1, 0, 1, sent, delta), BoundaryFrame.Handed(session, 0, 1, 1, sent, delta),
            BoundaryFrame.Handed(session, 0, 0, 9, sent, delta), BoundaryFrame.Handed(session, 0, 0, 1, [], delta),
            BoundaryFrame.Handed(session, 0, 0, 1, BoundaryFrame.Hidden(session, 0, 0, 1, false, 3), delta),
            BoundaryFrame.Handed(session, 0, 0, 1, BoundaryFrame.Close(session), delta), BoundaryFrame.Handed(session, 0, 0, 1, sent, new byte[16]),
            BoundaryFrame.Hidden(session, 0, 0, 1, false, FakeKernel.Length), BoundaryFrame.Sync(1, 1, [7]), [1, 2, 3],
        ];
        Assert.Null(await EndOf(ring, standby, good));
        Assert.Equal((1, 1), (standby.Stage!.OpenSessions, Kernel(standby).Imports));
        foreach (var frame in bad) Assert.NotNull(await EndOf(ring, standby, frame));
        Assert.Equal(1, Kernel(standby).Imports);
        Assert.Empty(Failures(standby));
    }

    [Fact]
    public async Task A_stage_of_another_slot_or_epoch_is_no_standby()
    {
        await using var ring = new TestRing(3);
        Assert.Throws<ArgumentException>(() => ring[1].Stage!.HandOverTo(ring[2].Peer));
        Assert.Throws<ArgumentException>(() => ring[1].Stage!.HandOverTo(ring[1].Peer));
    }

    private static FakeKernel Kernel(TestRing.Member member) => (FakeKernel)member.Kernel;

    private static FrameKind? KindOf(OverlayFrame? frame) => frame is not null && BoundaryFrame.Read(frame.Memory.Span, out var read) is null ? read.Kind : null;

    private static IEnumerable<PipelineEvent> Failures(TestRing.Member member)
    {
        while (member.Events.TryRead(out var happened))
            if (happened is PipelineEvent.Failed) yield return happened;
    }

    /// <summary>Sends a frame over a new link, and says why that ended; null where the standby took the frame and answers.</summary>
    private static async Task<string?> EndOf(TestRing ring, TestRing.Member standby, byte[] frame)
    {
        try
        {
            await using var link = await Dial(ring, standby, 1);
            using (var have = await link.Receive(Cancel)) Assert.Equal(FrameKind.Have, KindOf(have));
            await link.Send(frame, Cancel);
            await link.Send(BoundaryFrame.Ping(), Cancel);
            using var answer = await link.Receive(Cancel);
            return KindOf(answer) == FrameKind.Pong ? null : "it ended the link";
        }
        catch (OverlayException fault)
        {
            return fault.Message;
        }
    }

    private static Task<OverlayConnection> Dial(TestRing ring, TestRing.Member to, uint epoch, int slot = 1) =>
        OverlayDialer.Dial(to.Wire.EndPoint, ring.Credentials(slot, epoch), _ => true, TimeProvider.System, Cancel);

    private static async Task<string> Refusal(TestRing ring, TestRing.Member to, uint epoch, int slot = 1)
    {
        await using var link = await Dial(ring, to, epoch, slot);
        using var first = await link.Receive(Cancel);
        Assert.Equal(FrameKind.Refused, KindOf(first));
        return BoundaryFrame.ReadReason(first!.Memory.Span);
    }
}
