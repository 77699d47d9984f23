using System.Collections.Immutable;
using CsCheck;
using Xunit;

namespace SwarmCompute.Inference.Tests.Pipeline;

/// <summary>A request that begins as an earlier one did is not run again so far; and no token of an answer shows it.</summary>
public sealed class PrefixTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, InlineData(1), InlineData(3)]
    public async Task Only_what_no_session_has_is_run_in_any_stage(int slots)
    {
        await using var ring = await Ring(slots);
        var first = await Ask(ring, Prompt(40, 0), 10);
        var before = Tokens(ring);
        var second = await Ask(ring, [.. Prompt(40, 0), .. first.Tokens, 7, 8, 9], 5);

        Assert.Equal((0, 49), (first.Cached, second.Cached));                // the answer's last token was not run yet
        Assert.All(Tokens(ring).Zip(before, (now, then) => now - then), run => Assert.Equal(53 - 49 + 4, run));
        Assert.Equal((93, 15), ((int)ring.Head.Usage.PromptTokens, (int)ring.Head.Usage.CompletionTokens));
    }

    [Fact]
    public async Task An_answer_that_still_runs_is_begun_with_as_well()
    {
        await using var ring = await Ring(2);
        var running = ring.Head.Generate(Request(Prompt(32, 0), 100), Cancel).GetAsyncEnumerator(Cancel);
        Assert.True(await running.MoveNextAsync());
        Assert.Equal(32, (await Ask(ring, [.. Prompt(32, 0), 5], 3)).Cached);
        await running.DisposeAsync();
    }

    [Fact]
    public async Task Requests_of_another_scope_share_nothing()
    {
        await using var ring = await Ring(2);
        _ = await Ask(ring, Prompt(40, 0), 3, "one");
        Assert.Equal(0, (await Ask(ring, Prompt(40, 0), 3, "other")).Cached);
        Assert.Equal(0, (await Ask(ring, Prompt(40, 0), 3)).Cached);
        Assert.Equal(32, (await Ask(ring, Prompt(40, 0), 3, "one")).Cached);
    }

    [Fact]
    public async Task What_is_kept_gives_way_to_any_answer_and_is_never_more_than_there_may_be()
    {
        await using var ring = await Ring(2, TestRing.Fast(2) with { SessionsMax = 3, PrefixesMax = 2 });
        for (var salt = 0; salt < 5; salt++) _ = await Ask(ring, Prompt(20, salt), 3);
        Assert.Equal(2, ring.Head.KeptPrefixes);

        var all = await Task.WhenAll(Enumerable.Range(10, 3).Select(salt => Ask(ring, Prompt(20, salt), 30)));
        Assert.All(all, answer => Assert.Equal(30, answer.Tokens.Length));
        await Ends(ring);
    }

    [Fact]
    public async Task With_room_for_one_session_only_every_request_is_served()
    {
        await using var ring = await Ring(2, TestRing.Fast(2) with { SessionsMax = 1 });
        var first = await Ask(ring, Prompt(20, 0), 3);
        Assert.Equal(first.Tokens, (await Ask(ring, Prompt(20, 0), 3)).Tokens);
        await Ends(ring);
    }

    [Fact]
    public async Task A_stage_that_cannot_fork_leaves_the_ring_as_it_was()
    {
        await using var ring = new TestRing(3, kernels: (slot, _) => new FakeKernel(slot, slot == 2) { CanFork = slot != 1 });
        await ring.Stands(Cancel);
        var first = await Ask(ring, Prompt(20, 0), 3);
        var second = await Ask(ring, Prompt(20, 0), 3);
        Assert.Equal(first.Tokens, second.Tokens);
        Assert.Equal((0, 0), (second.Cached, ring.Head.KeptPrefixes));
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public async Task A_fork_that_fails_in_a_stage_is_run_from_its_beginning(int failing)
    {
        await using var ring = new TestRing(3, kernels: (slot, _) => new FakeKernel(slot, slot == 2) { CanFork = true, RefusesForks = slot == failing });
        await ring.Stands(Cancel);
        var first = await Ask(ring, Prompt(20, 0), 6);
        var second = await Ask(ring, Prompt(20, 0), 6);
        Assert.Equal(first.Tokens, second.Tokens);
        Assert.Equal(0, second.Cached);
        await Ends(ring);
    }

    [Fact]
    public async Task A_new_head_ends_what_the_old_one_kept()
    {
        await using var ring = await Ring(3);
        _ = await Ask(ring, Prompt(20, 0), 3);
        while (ring[2].Stage!.KeptPrefixes != 1) await Task.Delay(2, Cancel);
        Assert.Equal(0, ring[2].Stage!.OpenSessions);
        await ring.Kill(0);
        ring.Replace(0);
        while (ring[1].Stage!.KeptPrefixes + ring[2].Stage!.KeptPrefixes > 0) await Task.Delay(2, Cancel);
    }

    [Fact]
    public async Task A_standby_that_followed_takes_over_what_began_with_others_tokens()
    {
        await using var ring = await Ring(3);
        var expected = await Ask(ring, Prompt(40, 0), 20);
        await using var standby = ring.Follow(1);
        var answer = await Ask(ring, Prompt(40, 0), 20, onToken: async count =>
        {
            if (count != 8) return;
            await ring.Followed(standby, 20, Cancel);
            await ring.Kill(1);
            ring.Promote(standby);
        });
        Assert.Equal(expected.Tokens, answer.Tokens);
        Assert.Equal(32, answer.Cached);
    }

    /// <summary>The failure's message names the seed.</summary>
    [Fact]
    public async Task No_token_depends_on_what_was_kept_who_else_asks_or_which_stages_are_lost() => await Gen.Int[0, int.MaxValue].SampleAsync(async seed =>
    {
        var random = new Random(seed);
        var slots = random.Next(1, 5);
        var options = TestRing.Fast(slots) with { SessionsMax = random.Next(2, 6), PrefixesMax = random.Next(1, 6), PrefillTokens = random.Next(1, 12) };
        options = options with { ContextTokens = 80, KvTokens = random.Next(80, options.SessionsMax * 80 + 1) };
        int[][] prompts = [.. Enumerable.Range(0, 8).Select(i => Prompt(random.Next(1, 60), 0, random.Next(60), i))];
        ImmutableArray<int>[] expected;
        await using (var plain = await Ring(slots, options with { PrefixesMax = 0 }))
            expected = [.. (await InTurn(prompts, prompt => Ask(plain, prompt, 12))).Select(answer => answer.Tokens)];

        await using var ring = await Ring(slots, options);
        var (given, loss, victim, cutsOnly) = (0, random.Next(10, 150), random.Next(slots), random.Next(2) == 0);
        var lanes = Enumerable.Range(0, options.SessionsMax - 1).Select(lane => InTurn([.. Enumerable.Range(0, 5).Select(_ => random.Next(8))], async question =>
        {
            var wanted = question % 3 == 0 ? 4 : 12;
            var answer = await Retried(ring, prompts[question], wanted, async _ =>
            {
                if (Interlocked.Increment(ref given) != loss) return;
                if (cutsOnly || victim == 0)
                {
                    ring[victim].Wire.Cut();
                    return;
                }
                await ring.Kill(victim);
                ring.Replace(victim);
            });
            Assert.Equal(expected[question].Take(wanted), answer.Tokens);
            return answer;
        })).ToList();
        await Task.WhenAll(lanes);
        await Ends(ring);
    }, iter: 12, threads: 1);

    private static async Task<TestRing> Ring(int slots, PipelineOptions? options = null)
    {
        options ??= TestRing.Fast(slots);
        var ring = new TestRing(slots, options, (slot, _) => new FakeKernel(slot, slot == slots - 1, sessionsMax: options.SessionsMax) { CanFork = true, KvTokens = options.KvTokensMax });
        await ring.Stands(Cancel);
        return ring;
    }

    /// <summary>Tokens that begin as all of this salt do, up to where they turn off.</summary>
    private static int[] Prompt(int tokens, int salt, int common = int.MaxValue, int turn = 0) =>
        [.. Enumerable.Range(0, tokens).Select(i => (i * 37 + salt * 101 + 5 + (i < common ? 0 : turn * 13)) % FakeKernel.Vocabulary)];

    private static GenerationRequest Request(int[] prompt, int tokens) => new([.. prompt], tokens, new SamplingOptions { Temperature = 0.8, Seed = 5 }, [], []);

    private static async Task<(ImmutableArray<int> Tokens, int Cached)> Ask(
        TestRing ring, int[] prompt, int tokens, string? scope = null, int wanted = int.MaxValue, Func<int, Task>? onToken = null)
    {
        var (answer, cached) = (new List<int>(), 0);
        await foreach (var token in ring.Head.Generate(Request(prompt, tokens) with { PrefixScope = scope }, Cancel))
        {
            answer.Add(token.Token);
            cached = token.CachedTokens;
            if (onToken is not null) await onToken(answer.Count);
            if (answer.Count == wanted) break;
        }
        return ([.. answer], cached);
    }

    /// <summary>A session that has just ended has its room until the kernel has let go of it.</summary>
    private static async Task<(ImmutableArray<int> Tokens, int Cached)> Retried(TestRing ring, int[] prompt, int wanted, Func<int, Task> onToken)
    {
        while (true)
        {
            try
            {
                return await Ask(ring, prompt, 12, wanted: wanted, onToken: onToken);
            }
            catch (PipelineException fault) when (fault.Fault == PipelineFault.Busy)
            {
                await Task.Delay(2, Cancel);
            }
        }
    }

    private static async Task<List<TResult>> InTurn<T, TResult>(T[] all, Func<T, Task<TResult>> next)
    {
        var results = new List<TResult>();
        foreach (var one in all) results.Add(await next(one));
        return results;
    }

    private static int[] Tokens(TestRing ring) => [.. Kernels(ring).Select(kernel => kernel.Tokens)];

    private static IEnumerable<FakeKernel> Kernels(TestRing ring) => Enumerable.Range(0, ring.Map.Stages.Length).Select(slot => (FakeKernel)ring[slot].Kernel);

    /// <summary>Nothing is open any more, in any stage, once the head is to end.</summary>
    private static async Task Ends(TestRing ring)
    {
        await ring.Head.Drain(TimeSpan.FromSeconds(30), Cancel);
        while (ring.Head.OpenSessions > 0 || Kernels(ring).Any(kernel => kernel.OpenSessions > 0)) await Task.Delay(2, Cancel);
        Assert.Equal((0, 0), (ring.Head.KeptPrefixes, ring.Head.KvTokensTaken));
        Assert.All(Kernels(ring), kernel => Assert.Equal(0, kernel.Held));
    }
}
