using CsCheck;
using Xunit;

namespace SwarmCompute.Inference.Tests.Pipeline;

public sealed class FailoverTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public async Task A_pipeline_of_any_length_generates(int slots)
    {
        await using var ring = new TestRing(slots);
        await ring.Stands(Cancel);
        var first = await ring.Generate(20, 12, Cancel);
        Assert.Equal(12, first.Count);
        Assert.Equal(first, await ring.Generate(20, 12, Cancel));
        Assert.NotEqual(first, await ring.Generate(21, 12, Cancel));
    }

    [Fact]
    public async Task A_stage_that_is_lost_at_any_token_and_replaced_changes_no_token() =>
        await Gen.Select(Gen.Int[2, 4], Gen.Int[1, 3], Gen.Int[1, 19], Gen.Int[1, 40]).Where((slots, victim, _, _) => victim < slots)
            .SampleAsync(async (slots, victim, at, prompt) =>
            {
                await using var ring = new TestRing(slots);
                await ring.Stands(Cancel);
                var undisturbed = await ring.Generate(prompt, 20, Cancel);
                var disturbed = await ring.Generate(prompt, 20, Cancel, async count =>
                {
                    if (count != at) return;
                    await ring.Kill(victim);
                    ring.Replace(victim);
                });
                Assert.Equal(undisturbed, disturbed);
            }, iter: 25, threads: 1);

    [Fact]
    public async Task Two_stages_that_are_lost_at_once_change_no_token()
    {
        await using var ring = new TestRing(4);
        await ring.Stands(Cancel);
        var undisturbed = await ring.Generate(30, 16, Cancel);
        var disturbed = await ring.Generate(30, 16, Cancel, async count =>
        {
            if (count is not (3 or 9)) return;
            int[] victims = count == 3 ? [1, 2] : [1, 3];
            foreach (var victim in victims) await ring.Kill(victim);
            ring.Replace(victims);
        });
        Assert.Equal(undisturbed, disturbed);
    }

    [Fact]
    public async Task A_stage_that_is_lost_in_the_middle_of_a_prompt_changes_no_token()
    {
        var calls = 0;
        TestRing? ring = null;
        Task? killed = null;
        void OnCall(int epoch)
        {
            if (epoch == 1 && Interlocked.Increment(ref calls) == 11) killed = KillAndReplace(ring!);   // 8 calls a prompt: in the second
        }
        ring = new TestRing(3, kernels: (slot, epoch) => new FakeKernel(slot, slot == 2, onCall: slot == 1 ? _ => OnCall(epoch) : null));
        await using var _ = ring;
        await ring.Stands(Cancel);
        var undisturbed = await ring.Generate(64, 1, Cancel);
        Assert.Equal(undisturbed, await ring.Generate(64, 1, Cancel));
        await killed!;
    }

    [Fact]
    public async Task Wires_that_are_cut_again_and_again_change_no_token()
    {
        await using var ring = new TestRing(3);
        await ring.Stands(Cancel);
        var undisturbed = await ring.Generate(12, 24, Cancel);
        var disturbed = await ring.Generate(12, 24, Cancel, count =>
        {
            ring[count % 3].Wire.Cut();
            return Task.CompletedTask;
        });
        Assert.Equal(undisturbed, disturbed);
    }

    [Fact]
    public async Task A_wire_that_is_cut_once_loses_no_peer()
    {
        await using var ring = new TestRing(2);
        await ring.Stands(Cancel);
        await ring.Generate(5, 6, Cancel, count =>
        {
            if (count == 3) ring[1].Wire.Cut();
            return Task.CompletedTask;
        });
        while (ring[0].Events.TryRead(out var happened)) Assert.IsNotType<PipelineEvent.PeerLost>(happened);
    }

    [Fact]
    public async Task Sessions_that_run_together_survive_a_loss_each_with_its_own_tokens()
    {
        await using var ring = new TestRing(3);
        await ring.Stands(Cancel);
        var undisturbed = new List<List<int>>();
        for (var salt = 0; salt < 6; salt++) undisturbed.Add(await ring.Generate(10 + salt, 20, Cancel, salt: salt));

        var running = Enumerable.Range(0, 6).Select(salt => ring.Generate(10 + salt, 20, Cancel, salt: salt, onToken: async count =>
        {
            if (salt != 2 || count != 7) return;
            await ring.Kill(1);
            ring.Replace(1);
        })).ToList();

        Assert.Equal(undisturbed, await Task.WhenAll(running));
    }

    [Fact]
    public async Task A_lost_head_is_replaced_and_the_client_resumes_with_the_tokens_it_has() =>
        await Gen.Select(Gen.Int[1, 3], Gen.Int[1, 15], Gen.Int[1, 30]).SampleAsync(async (slots, at, prompt) =>
        {
            await using var ring = new TestRing(slots);
            await ring.Stands(Cancel);
            var undisturbed = await ring.Generate(prompt, 16, Cancel);
            var had = new List<int>();
            await foreach (var token in ring.Head.Generate(TestRing.Request(prompt, 16), Cancel))
            {
                had.Add(token.Token);
                if (had.Count == at) break;
            }
            await ring.Kill(0);
            ring.Replace(0);
            await ring.Stands(Cancel);

            var rest = await ring.Generate(prompt, 16, Cancel, resume: [.. had]);

            Assert.Equal(undisturbed, had.Concat(rest));
        }, iter: 15, threads: 1);

    [Fact]
    public async Task A_new_head_ends_what_the_lost_one_had_open()
    {
        await using var ring = new TestRing(3);
        await ring.Stands(Cancel);
        var open = ring.Head.Generate(TestRing.Request(9, 50), Cancel).GetAsyncEnumerator(Cancel);
        Assert.True(await open.MoveNextAsync());
        Assert.Equal(1, ring[2].Stage!.OpenSessions);
        await ring.Kill(0);
        ring.Replace(0);
        await ring.Stands(Cancel);

        await Assert.ThrowsAsync<PipelineException>(async () => { while (await open.MoveNextAsync()) { } });

        Assert.Equal((0, 0), (ring[1].Stage!.OpenSessions, ring[2].Stage!.OpenSessions));
        await Freed((FakeKernel)ring[1].Kernel, (FakeKernel)ring[2].Kernel);
    }

    [Fact]
    public async Task A_session_that_ends_while_a_stage_is_away_is_freed_everywhere()
    {
        await using var ring = new TestRing(3);
        await ring.Stands(Cancel);
        await ring.Generate(9, 30, Cancel, async count =>
        {
            if (count != 5) return;
            await using (var other = ring.Head.Generate(TestRing.Request(4, 30, 1), Cancel).GetAsyncEnumerator(Cancel))
            {
                Assert.True(await other.MoveNextAsync());
                await ring.Kill(1);
            }                                                                // closed while nobody can pass it on
            ring.Replace(1);
        });

        while (ring[1].Stage!.OpenSessions + ring[2].Stage!.OpenSessions > 0) await Task.Delay(2, Cancel);
        await Freed((FakeKernel)ring[0].Kernel, (FakeKernel)ring[1].Kernel, (FakeKernel)ring[2].Kernel);
    }

    private static async Task KillAndReplace(TestRing ring)
    {
        await Task.Yield();
        await ring.Kill(1);
        ring.Replace(1);
    }

    private static async Task Freed(params FakeKernel[] kernels)
    {
        while (kernels.Any(k => k.OpenSessions > 0)) await Task.Delay(2, Cancel);
    }
}
