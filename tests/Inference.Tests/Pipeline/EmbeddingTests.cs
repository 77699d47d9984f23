using CsCheck;
using Xunit;

namespace SwarmCompute.Inference.Tests.Pipeline;

public sealed class EmbeddingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, InlineData(1), InlineData(2), InlineData(4)]
    public async Task A_pipeline_of_any_length_embeds_and_counts_no_token_as_generated(int slots)
    {
        await using var ring = new TestRing(slots);
        await ring.Stands(Cancel);
        var first = await ring.Embed(20, Cancel);
        Assert.Equal(FakeKernel.Length, first.Length);
        Assert.Equal(first, await ring.Embed(20, Cancel));
        Assert.NotEqual(first, await ring.Embed(21, Cancel));
        Assert.Equal((0, 61, 3), (ring.Head.Usage.CompletionTokens, ring.Head.Usage.PromptTokens, ring.Head.Usage.Completions));
        Assert.Equal(new CompletionUsage(20, 0, 0, UsageMeter.HashOf(TestRing.Request(20, 1).Prompt.AsSpan()), UsageMeter.HashOf([])), ring.Head.Usage.Listed[0]);
        await Freed(ring, slots);
    }

    [Fact]
    public async Task A_stage_that_is_lost_in_the_middle_of_a_text_and_replaced_changes_no_number() =>
        await Gen.Select(Gen.Int[1, 2], Gen.Int[1, 8]).SampleAsync(async (victim, at) =>
        {
            TestRing? ring = null;
            Task? killed = null;
            var calls = 0;
            void OnCall(int epoch)
            {
                if (epoch == 1 && Interlocked.Increment(ref calls) == 8 + at) killed = KillAndReplace(ring!, victim);      // 8 calls a text: in the second
            }
            ring = new TestRing(3, kernels: (slot, epoch) => new FakeKernel(slot, slot == 2, onCall: slot == victim ? _ => OnCall(epoch) : null));
            await using var _ = ring;
            await ring.Stands(Cancel);
            var undisturbed = await ring.Embed(64, Cancel);
            Assert.Equal(undisturbed, await ring.Embed(64, Cancel));
            await killed!;
        }, iter: 12, threads: 1);

    [Theory, InlineData(1), InlineData(2)]
    public async Task A_standby_takes_over_in_the_middle_of_a_text_and_changes_no_number(int slot)
    {
        using var block = new ManualResetEventSlim(false);
        var calls = 0;
        FakeKernel Kernel(int at, int epoch) =>
            new(at, at == 2, onCall: at == slot && epoch == 1 ? _ => { if (Interlocked.Increment(ref calls) == 8 + 5) block.Wait(30_000, Cancel); }
        : null);
        await using var ring = new TestRing(3, kernels: Kernel);
        await ring.Stands(Cancel);
        var undisturbed = await ring.Embed(64, Cancel);
        await using var standby = ring.Follow(slot);
        while (ring[slot].Stage!.StandbyLag is null) await Task.Delay(2, Cancel);

        var disturbed = ring.Embed(64, Cancel);
        while (Volatile.Read(ref calls) < 8 + 5) await Task.Delay(2, Cancel);
        if (slot == 2) Assert.Equal((0, 0), (ring[slot].Stage!.StandbyLag, ((FakeKernel)standby.Kernel).Imports));
        ring[slot].Wire.Cut();
        var killed = ring.Kill(slot);
        block.Set();
        await killed;
        ring.Promote(standby);

        Assert.Equal(undisturbed, await disturbed);
        if (slot == 2) Assert.Equal((0, 8), (((FakeKernel)standby.Kernel).Imports, ((FakeKernel)standby.Kernel).Calls));
    }

    [Fact]
    public async Task Wires_that_are_cut_change_no_number_and_texts_beside_answers_change_no_token()
    {
        await using var ring = new TestRing(3);
        await ring.Stands(Cancel);
        var answer = await ring.Generate(12, 24, Cancel);
        var vector = await ring.Embed(40, Cancel);
        var beside = new List<Task<float[]>>();
        Assert.Equal(answer, await ring.Generate(12, 24, Cancel, count =>
        {
            beside.Add(ring.Embed(40, Cancel));
            ring[count % 3].Wire.Cut();
            return Task.CompletedTask;
        }));
        Assert.All(await Task.WhenAll(beside), other => Assert.Equal(vector, other));
    }

    [Fact]
    public async Task Texts_take_half_of_the_sessions_and_the_others_wait_in_turn()
    {
        using var block = new ManualResetEventSlim(false);
        await using var ring = new TestRing(1, TestRing.Fast(1) with { SessionsMax = 4 }, (_, _) => new FakeKernel(0, true, onCall: call => { if (call == 1) block.Wait(30_000, Cancel); }));
        await ring.Stands(Cancel);
        var texts = Enumerable.Range(0, 7).Select(salt => ring.Embed(9, Cancel, salt)).ToList();
        Assert.Equal((2, 2), (ring.Head.EmbeddingsAtOnce, ring.Head.OpenSessions));
        await using var first = ring.Head.Generate(TestRing.Request(3, 3), Cancel).GetAsyncEnumerator(Cancel);
        await using var second = ring.Head.Generate(TestRing.Request(3, 3), Cancel).GetAsyncEnumerator(Cancel);
        var answers = (first.MoveNextAsync().AsTask(), second.MoveNextAsync().AsTask());
        Assert.Equal(4, ring.Head.OpenSessions);

        block.Set();

        Assert.Equal(7, (await Task.WhenAll(texts)).Select(vector => string.Join(',', vector)).Distinct().Count());
        Assert.True(await answers.Item1 && await answers.Item2);
    }

    [Fact]
    public async Task A_text_that_waits_for_an_answer_to_end_is_embedded_then()
    {
        await using var ring = new TestRing(2, TestRing.Fast(2) with { SessionsMax = 1 });
        await ring.Stands(Cancel);
        Task<float[]>? text = null;
        await ring.Generate(5, 6, Cancel, count =>
        {
            if (count == 2) text = ring.Embed(9, Cancel);
            Assert.False(text is { IsCompleted: true });
            return Task.CompletedTask;
        });
        Assert.Equal(FakeKernel.Length, (await text!).Length);
    }

    [Fact]
    public async Task A_text_that_is_given_up_leaves_its_session_or_its_place_to_the_next()
    {
        using var block = new ManualResetEventSlim(false);
        await using var ring = new TestRing(1, TestRing.Fast(1) with { SessionsMax = 1 }, (_, _) => new FakeKernel(0, true, onCall: call => { if (call == 1) block.Wait(30_000, Cancel); }));
        await ring.Stands(Cancel);
        using var runs = new CancellationTokenSource();
        using var waits = new CancellationTokenSource();
        var texts = (ring.Embed(30, runs.Token), ring.Embed(30, waits.Token), ring.Embed(30, Cancel));
        await waits.CancelAsync();
        await runs.CancelAsync();
        block.Set();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => texts.Item1);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => texts.Item2);
        Assert.Equal(FakeKernel.Length, (await texts.Item3).Length);
        await Freed(ring, 1);
    }

    [Fact]
    public async Task A_drained_head_finishes_the_text_that_runs_and_turns_away_those_that_wait()
    {
        using var block = new ManualResetEventSlim(false);
        await using var ring = new TestRing(1, TestRing.Fast(1) with { SessionsMax = 1 }, (_, _) => new FakeKernel(0, true, onCall: call => { if (call == 1) block.Wait(30_000, Cancel); }));
        await ring.Stands(Cancel);
        var (runs, waits) = (ring.Embed(30, Cancel), ring.Embed(30, Cancel));
        var draining = ring.Head.Drain(TimeSpan.FromSeconds(30), Cancel);
        Assert.Equal(PipelineFault.NotReady, (await Assert.ThrowsAsync<PipelineException>(() => waits)).Fault);
        block.Set();
        Assert.Equal(FakeKernel.Length, (await runs).Length);
        await draining;
        Assert.Equal(PipelineFault.NotReady, (await Assert.ThrowsAsync<PipelineException>(() => ring.Embed(3, Cancel))).Fault);
    }

    [Fact]
    public async Task What_is_no_text_and_what_is_too_long_is_refused()
    {
        await using var ring = new TestRing(2);
        await ring.Stands(Cancel);
        await Assert.ThrowsAsync<ArgumentException>(() => ring.Head.Embed([], Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => ring.Embed(257, Cancel));
        Assert.Equal(FakeKernel.Length, (await ring.Embed(256, Cancel)).Length);
    }

    private static async Task KillAndReplace(TestRing ring, int slot)
    {
        await Task.Yield();
        await ring.Kill(slot);
        ring.Replace(slot);
    }

    private static async Task Freed(TestRing ring, int slots)
    {
        for (var slot = 0; slot < slots; slot++)
            while (((FakeKernel)ring[slot].Kernel).OpenSessions > 0) await Task.Delay(2, Cancel);
        while (ring.Head.OpenSessions > 0) await Task.Delay(2, Cancel);
        Assert.Equal(0, ring.Head.KvTokensTaken);
    }
}
