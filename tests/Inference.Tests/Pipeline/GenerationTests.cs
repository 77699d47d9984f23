using Xunit;

namespace SwarmCompute.Inference.Tests.Pipeline;

public sealed class GenerationTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stop_token_ends_the_answer_and_is_not_metered()
    {
        await using var ring = new TestRing(2);
        await ring.Stands(Cancel);
        var free = await ring.Generate(7, 10, Cancel);
        var served = ring.Head.Usage.CompletionTokens;
        var tokens = new List<GeneratedToken>();
        await foreach (var token in ring.Head.Generate(TestRing.Request(7, 10) with { StopTokens = [free[4]] }, Cancel)) tokens.Add(token);

        Assert.Equal(free.Take(5), tokens.Select(t => t.Token));
        Assert.Equal([false, false, false, false, true], tokens.Select(t => t.IsEnd));
        Assert.Equal(4, ring.Head.Usage.CompletionTokens - served);
    }

    [Fact]
    public async Task Resumed_tokens_are_neither_given_again_nor_metered_and_the_rest_is_the_same()
    {
        await using var ring = new TestRing(2);
        await ring.Stands(Cancel);
        var whole = await ring.Generate(7, 10, Cancel);
        var rest = await ring.Generate(7, 10, Cancel, resume: [.. whole.Take(6)]);

        Assert.Equal(whole.Skip(6), rest);
        Assert.Equal(new CompletionUsage(7, 4, 6, UsageMeter.HashOf(TestRing.Request(7, 10).Prompt.AsSpan()), UsageMeter.HashOf([.. whole])), ring.Head.Usage.Listed[1]);
        Assert.Equal((14, 14, 2), (ring.Head.Usage.CompletionTokens, ring.Head.Usage.PromptTokens, ring.Head.Usage.Completions));
    }

    [Fact]
    public async Task An_answer_that_is_broken_off_frees_its_session_in_every_stage()
    {
        await using var ring = new TestRing(3);
        await ring.Stands(Cancel);
        await foreach (var token in ring.Head.Generate(TestRing.Request(7, 100), Cancel))
            if (token.Index == 3) break;

        for (var slot = 0; slot < 3; slot++)
            while (((FakeKernel)ring[slot].Kernel).OpenSessions > 0) await Task.Delay(2, Cancel);
        Assert.Equal(0, ring.Head.OpenSessions);
    }

    [Fact]
    public async Task One_session_more_than_there_may_be_is_refused_as_busy_and_taken_later()
    {
        await using var ring = new TestRing(2, TestRing.Fast(2) with { SessionsMax = 1 });
        await ring.Stands(Cancel);
        var first = ring.Head.Generate(TestRing.Request(3, 100), Cancel).GetAsyncEnumerator(Cancel);
        Assert.True(await first.MoveNextAsync());

        var fault = await Assert.ThrowsAsync<PipelineException>(() => ring.Generate(3, 3, Cancel));
        Assert.Equal(PipelineFault.Busy, fault.Fault);
        await first.DisposeAsync();
        while (ring.Head.OpenSessions > 0) await Task.Delay(2, Cancel);
        Assert.Equal(3, (await ring.Generate(3, 3, Cancel)).Count);
    }

    [Fact]
    public async Task Before_the_ring_stands_a_request_is_refused_as_not_ready()
    {
        await using var ring = new TestRing(2, kernels: (slot, _) => new FakeKernel(slot, slot == 1), attach: slot => slot == 0);
        var fault = await Assert.ThrowsAsync<PipelineException>(() => ring.Generate(3, 3, Cancel));
        Assert.Equal(PipelineFault.NotReady, fault.Fault);
    }

    [Fact]
    public async Task A_pipeline_that_is_not_restored_in_time_fails_the_answer_clearly()
    {
        await using var ring = new TestRing(2, TestRing.Fast(2) with { RestoreMax = TimeSpan.FromMilliseconds(300) });
        await ring.Stands(Cancel);
        var fault = await Assert.ThrowsAsync<PipelineException>(() => ring.Generate(3, 10, Cancel, count => count == 2 ? ring.Kill(1) : Task.CompletedTask));
        Assert.Equal((PipelineFault.Stalled, "The pipeline was not restored within 0.3 s."), (fault.Fault, fault.Message));
    }

    [Fact]
    public async Task A_stage_that_cannot_run_a_session_fails_that_answer_with_its_reason_and_no_other()
    {
        await using var ring = new TestRing(3, kernels: (slot, _) => new FakeKernel(slot, slot == 2, contextTokens: slot == 1 ? 20 : 256));
        await ring.Stands(Cancel);
        var healthy = ring.Generate(3, 15, Cancel);
        var fault = await Assert.ThrowsAsync<PipelineException>(() => ring.Generate(16, 15, Cancel));

        Assert.Equal(PipelineFault.Refused, fault.Fault);
        Assert.Contains("stage 1: The context is full.", fault.Message, StringComparison.Ordinal);
        Assert.Equal(15, (await healthy).Count);
    }

    [Fact]
    public async Task A_drained_head_finishes_what_runs_and_takes_nothing_new()
    {
        await using var ring = new TestRing(2);
        await ring.Stands(Cancel);
        Task? draining = null;
        var answer = await ring.Generate(3, 30, Cancel, async count =>
        {
            if (count != 3) return;
            draining = ring.Head.Drain(TimeSpan.FromSeconds(30), Cancel);
            Assert.Equal(PipelineFault.NotReady, (await Assert.ThrowsAsync<PipelineException>(() => ring.Generate(3, 3, Cancel))).Fault);
        });
        await draining!;
        Assert.Equal(30, answer.Count);
    }

    [Fact]
    public async Task A_drained_head_cuts_off_what_takes_too_long()
    {
        await using var ring = new TestRing(2, kernels: (slot, _) => new FakeKernel(slot, slot == 1));
        await ring.Stands(Cancel);
        var running = ring.Generate(3, 200, Cancel, count => count == 2 ? ring.Kill(1) : Task.CompletedTask);
        await ring.Head.Drain(TimeSpan.FromMilliseconds(500), Cancel);
        Assert.Equal(PipelineFault.NotReady, (await Assert.ThrowsAsync<PipelineException>(() => running)).Fault);
    }

    [Fact]
    public async Task A_drained_head_does_not_wait_for_a_reader_who_has_stopped_reading()
    {
        await using var ring = new TestRing(1);
        await ring.Stands(Cancel);
        var idle = ring.Head.Generate(TestRing.Request(3, 200), Cancel).GetAsyncEnumerator(Cancel);
        Assert.True(await idle.MoveNextAsync());

        await ring.Head.Drain(TimeSpan.FromMilliseconds(50), Cancel);

        while (ring.Head.OpenSessions > 0) await Task.Delay(2, Cancel);
        await Assert.ThrowsAsync<PipelineException>(async () => { while (await idle.MoveNextAsync()) { } });
    }

    [Fact]
    public async Task A_request_that_does_not_fit_is_refused_before_anything_runs()
    {
        await using var ring = new TestRing(1);
        Assert.Throws<ArgumentException>(() => ring.Head.Generate(TestRing.Request(0, 3), Cancel));
        Assert.Throws<ArgumentException>(() => ring.Head.Generate(TestRing.Request(200, 57), Cancel));
        Assert.Throws<ArgumentException>(() => ring.Head.Generate(TestRing.Request(3, 2) with { Resume = [1, 2] }, Cancel));
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Head.Generate(TestRing.Request(3, 2) with { Sampling = new() { TopP = 0 } }, Cancel));
    }

    [Fact]
    public async Task A_token_that_does_not_exist_fails_the_answer()
    {
        await using var ring = new TestRing(1);
        await ring.Stands(Cancel);
        var request = TestRing.Request(3, 3) with { Prompt = [1, 99_999] };
        var fault = await Assert.ThrowsAsync<PipelineException>(async () => { await foreach (var _ in ring.Head.Generate(request, Cancel)) { } });
        Assert.Equal(PipelineFault.Refused, fault.Fault);
    }

    [Fact]
    public async Task A_token_that_does_not_exist_fails_no_other_answer_where_good_ones_follow_it()
    {
        await using var ring = new TestRing(2);
        await ring.Stands(Cancel);
        var expected = await ring.Generate(9, 5, Cancel);
        var request = TestRing.Request(3, 3) with { Prompt = [99_999, .. Enumerable.Range(0, 40)] };    // several calls: only the first is bad
        for (var round = 0; round < 20; round++)
            await Assert.ThrowsAsync<PipelineException>(async () => { await foreach (var _ in ring.Head.Generate(request, Cancel)) { } });
        Assert.Equal(expected, await ring.Generate(9, 5, Cancel));
    }

    [Fact]
    public async Task A_short_answer_does_not_wait_for_the_end_of_a_long_prompt()
    {
        var order = new List<string>();
        using var both = new ManualResetEventSlim();
        using var shortEnded = new ManualResetEventSlim();
        await using var ring = new TestRing(1, TestRing.Fast(1) with { PrefillTokens = 1 }, (_, _) => new FakeKernel(0, true, onCall: call =>
        {
            both.Wait(Cancel);
            if (call > 60) shortEnded.Wait(TimeSpan.FromSeconds(10), Cancel);
        }));
        await ring.Stands(Cancel);
        var slow = Log(ring.Generate(200, 1, Cancel), "long");
        var quick = Log(ring.Generate(2, 1, Cancel), "short");
        both.Set();
        await quick;
        shortEnded.Set();
        await slow;
        Assert.Equal(["short", "long"], order);

        async Task Log(Task<List<int>> answer, string name)
        {
            await answer;
            lock (order) order.Add(name);
        }
    }
}
