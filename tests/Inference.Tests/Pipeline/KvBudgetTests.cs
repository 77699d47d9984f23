using CsCheck;
using Xunit;

namespace SwarmCompute.Inference.Tests.Pipeline;

/// <summary>All sessions together never hold more tokens than the pipeline has; who lacks some waits in turn, and all come back.</summary>
public sealed class KvBudgetTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void What_is_taken_is_never_more_than_there_is_and_comes_back_once() => Gen.Select(Gen.Int[0, 50], Gen.Int[-60, 60].Array[0, 40]).Sample((max, steps) =>
    {
        var (budget, taken) = (new KvBudget(max), 0);
        foreach (var step in steps)
        {
            var after = taken + step;
            if (after >= 0 && after <= max) taken = after;
            if (after == taken) Move(budget, step);
            else Assert.Throws<InvalidOperationException>(() => Move(budget, step));
            Assert.Equal((taken, max - taken), (budget.Taken, budget.Free));
        }
    });

    [Fact]
    public async Task Who_needs_few_tokens_does_not_pass_who_needs_many()
    {
        await using var ring = await Ring(1);
        var held = await ring.Head.RoomFor(TestRing.Request(10, 200), 1, Cancel);
        var (many, few) = (ring.Generate(10, 100, Cancel), ring.Generate(5, 5, Cancel));
        Assert.Equal((210, 3), (ring.Head.KvTokensTaken, ring.Head.OpenSessions));
        Assert.False(many.IsCompleted || few.IsCompleted);
        held.Dispose();
        held.Dispose();
        Assert.Equal((100, 5), ((await many).Count, (await few).Count));
        await Drained(ring);
    }

    [Fact]
    public async Task Who_gives_up_waiting_lets_the_next_one_in()
    {
        await using var ring = await Ring(2);
        using var held = await ring.Head.RoomFor(TestRing.Request(10, 200), 1, Cancel);
        using var leaves = new CancellationTokenSource();
        var (many, few) = (ring.Generate(10, 100, leaves.Token), ring.Generate(5, 5, Cancel));
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => many);
        Assert.Equal(5, (await few).Count);
        held.Dispose();
        await Drained(ring);
    }

    [Fact]
    public async Task A_text_waits_for_tokens_in_the_same_queue()
    {
        await using var ring = await Ring(2);
        var held = await ring.Head.RoomFor(TestRing.Request(10, 200), 1, Cancel);
        var (text, few) = (ring.Embed(100, Cancel), ring.Generate(5, 5, Cancel));
        Assert.Equal((210, 2), (ring.Head.KvTokensTaken, ring.Head.OpenSessions));
        held.Dispose();
        Assert.Equal((FakeKernel.Length, 5), ((await text).Length, (await few).Count));
        await Drained(ring);
    }

    [Fact]
    public async Task Whoever_waits_too_long_is_told_that_the_pipeline_is_busy_and_what_could_never_fit_is_refused_at_once()
    {
        await using var ring = await Ring(1, TestRing.Fast(1) with { KvTokens = 300, RestoreMax = TimeSpan.FromMilliseconds(20) });
        using var held = await ring.Head.RoomFor(TestRing.Request(10, 200), 1, Cancel);
        var busy = await Assert.ThrowsAsync<PipelineException>(() => ring.Head.RoomFor(TestRing.Request(10, 100), 1, Cancel));
        Assert.Equal((PipelineFault.Busy, "No session was free, or not 110 tokens, within 0.02 s."), (busy.Fault, busy.Message));
        var never = await Assert.ThrowsAsync<PipelineException>(() => ring.Head.RoomFor(TestRing.Request(50, 51), 3, Cancel));
        Assert.Equal(PipelineFault.Refused, never.Fault);
        Assert.Contains("3 answers of 101 tokens", never.Message, StringComparison.Ordinal);
        Assert.Equal((210, 1), (ring.Head.KvTokensTaken, ring.Head.OpenSessions));
    }

    [Fact]
    public async Task Several_answers_to_one_request_get_room_together_or_wait_together()
    {
        await using var ring = await Ring(1);
        var one = await ring.Head.RoomFor(TestRing.Request(50, 50), 2, Cancel);
        var (two, three) = (ring.Head.RoomFor(TestRing.Request(50, 50), 2, Cancel), ring.Head.RoomFor(TestRing.Request(5, 5), 4, Cancel));
        Assert.Equal((200, false), (ring.Head.KvTokensTaken, two.IsCompleted || three.IsCompleted));
        await Assert.ThrowsAsync<PipelineException>(() => ring.Head.RoomFor(TestRing.Request(5, 5), 1, Cancel));      // nine sessions of eight
        one.Dispose();
        using var both = await two;
        using var all = await three;
        Assert.Equal((2, 4, 240), (both.Sessions, all.Sessions, ring.Head.KvTokensTaken));
    }

    [Fact]
    public async Task A_drained_head_turns_away_who_waits_for_tokens()
    {
        await using var ring = await Ring(1);
        using var held = await ring.Head.RoomFor(TestRing.Request(10, 200), 1, Cancel);
        var waits = ring.Generate(10, 100, Cancel);
        await ring.Head.Drain(TimeSpan.FromSeconds(30), Cancel);
        Assert.Equal(PipelineFault.NotReady, (await Assert.ThrowsAsync<PipelineException>(() => waits)).Fault);
        held.Dispose();
        Assert.Equal((0, 0), (ring.Head.KvTokensTaken, ring.Head.OpenSessions));
    }

    [Fact]
    public async Task What_is_kept_counts_as_long_as_it_is_and_the_oldest_goes_first_but_never_for_nothing()
    {
        await using var ring = await Ring(2, TestRing.Fast(2) with { KvTokens = 300 });
        for (var salt = 0; salt < 3; salt++) _ = await ring.Generate(40, 10, Cancel, salt: salt);
        Assert.Equal((3 * 49L, 3), (ring.Head.KvTokensTaken, ring.Head.KeptPrefixes));       // an answer's last token is never run

        var held = await ring.Head.RoomFor(TestRing.Request(100, 100, salt: 9), 1, Cancel);
        Assert.Equal((200 + 2 * 49L, 2), (ring.Head.KvTokensTaken, ring.Head.KeptPrefixes));
        var waits = ring.Head.RoomFor(TestRing.Request(100, 100, salt: 8), 1, Cancel);
        Assert.Equal((false, 2), (waits.IsCompleted, ring.Head.KeptPrefixes));               // both would not do
        held.Dispose();
        (await waits).Dispose();
        Assert.Equal(0, await Cached(ring, salt: 0));
        Assert.True(await Cached(ring, salt: 2) > 0);
    }

    [Fact]
    public async Task What_a_request_begins_with_goes_last()
    {
        await using var ring = await Ring(2, TestRing.Fast(2) with { KvTokens = 300 });
        for (var salt = 0; salt < 3; salt++) _ = await ring.Generate(40, 10, Cancel, salt: salt);
        (await ring.Head.RoomFor(TestRing.Request(40, 200), 1, Cancel)).Dispose();
        Assert.Equal(1, ring.Head.KeptPrefixes);
        Assert.True(await Cached(ring, salt: 0) > 0);
    }

    [Fact]
    public async Task A_fork_that_fails_hands_its_tokens_to_the_session_that_runs_all_of_them()
    {
        await using var ring = new TestRing(2, TestRing.Fast(2) with { KvTokens = 256 }, (slot, _) => new FakeKernel(slot, slot == 1) { CanFork = true, RefusesForks = slot == 1 });
        await ring.Stands(Cancel);
        var first = await ring.Generate(40, 10, Cancel);
        Assert.Equal(first, await ring.Generate(40, 10, Cancel));
        await Drained(ring);
    }

    [Theory, InlineData(1), InlineData(2)]
    public async Task A_stage_whose_head_lets_too_much_in_fails_that_session_and_no_other(int victim)
    {
        await using var ring = new TestRing(3, kernels: (slot, _) => new FakeKernel(slot, slot == 2) { KvTokens = slot == victim ? 60 : long.MaxValue });
        await ring.Stands(Cancel);
        var alone = (await ring.Generate(40, 10, Cancel), await ring.Generate(30, 5, Cancel, salt: 1));
        var fault = default(PipelineException);
        Assert.Equal(alone.Item1, await ring.Generate(40, 10, Cancel, async count =>
        {
            if (count == 1) fault = await Assert.ThrowsAsync<PipelineException>(() => ring.Generate(30, 5, Cancel, salt: 1));
        }));
        Assert.Equal((PipelineFault.Refused, $"A stage refused: stage {victim}: The cache is full."), (fault!.Fault, fault.Message));
        Assert.Equal(alone.Item2, await ring.Generate(30, 5, Cancel, salt: 1));
        await Drained(ring);
    }

    /// <summary>Sessions of few tokens, beside each other, begun with each other's, given up and lost: the kernels would refuse one token too many.</summary>
    [Fact]
    public async Task Whatever_comes_and_goes_the_sessions_never_hold_more_and_hold_nothing_in_the_end() => await Gen.Int[0, int.MaxValue].SampleAsync(async seed =>
    {
        var random = new Random(seed);
        var slots = random.Next(1, 4);
        var options = TestRing.Fast(slots) with { ContextTokens = 64, SessionsMax = random.Next(2, 9), PrefixesMax = random.Next(0, 5), KvTokens = random.Next(64, 129) };
        await using var ring = await Ring(slots, options);
        var asks = Enumerable.Range(0, 40).Select(_ =>
            (Prompt: random.Next(1, 40), Tokens: random.Next(1, 24), Salt: random.Next(3), Wanted: random.Next(1, 30), Embeds: random.Next(5) == 0)).ToList();
        var lanes = asks.Chunk(40 / options.SessionsMax + 1).Select(async lane =>
        {
            foreach (var ask in lane)
            {
                if (ask.Embeds) Assert.Equal(FakeKernel.Length, (await ring.Embed(ask.Prompt, Cancel, ask.Salt)).Length);
                else await Some(ring, TestRing.Request(ask.Prompt, ask.Tokens, ask.Salt), ask.Wanted);
            }
        }).ToList();
        await Task.WhenAll(lanes);
        await Drained(ring);
    }, iter: 20, threads: 1);

    private static void Move(KvBudget budget, int tokens)
    {
        if (tokens >= 0) budget.Take(tokens);
        else budget.Return(-tokens);
    }

    /// <summary>Asks until there is a session, and reads so many tokens.</summary>
    private static async Task Some(TestRing ring, GenerationRequest request, int wanted)
    {
        for (var got = 0; got == 0;)
        {
            try
            {
                await foreach (var token in ring.Head.Generate(request, Cancel))
                {
                    Assert.InRange(ring.Head.KvTokensTaken, 1, ring.Head.KvTokens);
                    if (++got == wanted) break;
                }
            }
            catch (PipelineException fault) when (fault.Fault == PipelineFault.Busy)
            {
                await Task.Delay(2, Cancel);
            }
        }
    }

    private static async Task<int> Cached(TestRing ring, int salt)
    {
        await foreach (var token in ring.Head.Generate(TestRing.Request(40, 1, salt), Cancel)) return token.CachedTokens;
        throw new InvalidOperationException("an answer has a token");
    }

    private static async Task<TestRing> Ring(int slots, PipelineOptions? options = null)
    {
        options ??= TestRing.Fast(slots) with { KvTokens = 256 };
        var ring = new TestRing(slots, options, (slot, _) => new FakeKernel(slot, slot == slots - 1, sessionsMax: options.SessionsMax) { CanFork = true, KvTokens = options.KvTokensMax });
        await ring.Stands(Cancel);
        return ring;
    }

    private static async Task Drained(TestRing ring)
    {
        await ring.Head.Drain(TimeSpan.FromSeconds(30), Cancel);
        for (var slot = 0; slot < ring.Map.Stages.Length; slot++)
            while (((FakeKernel)ring[slot].Kernel).OpenSessions > 0) await Task.Delay(2, Cancel);
        while (ring.Head.OpenSessions > 0) await Task.Delay(2, Cancel);
        Assert.Equal(0, ring.Head.KvTokensTaken);
        for (var slot = 0; slot < ring.Map.Stages.Length; slot++) Assert.Equal(0, ((FakeKernel)ring[slot].Kernel).Held);
    }
}
