using System.Collections.Immutable;
using Xunit;

namespace SwarmCompute.Inference.Tests.Pipeline;

public sealed class RealKernelTests : IDisposable
{
    private const int Tokens = 48;

    private readonly TemporaryDirectory _directory = new();
    private readonly string _model;

    public RealKernelTests()
    {
        TestEngine.Require();
        _model = _directory.File("model.gguf");
        new TinyModel { Stored = "q8_0" }.WriteTo(_model);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stages_of_llama_cpp_give_the_tokens_of_the_whole_model_however_many_they_are_and_whichever_are_lost()
    {
        await using var whole = await Ring(1);
        var expected = await Answer(whole, _ => Task.CompletedTask);
        Assert.True(expected.Distinct().Count() > 3, "the model's answer must not be trivial");

        await using var ring = await Ring(3);
        Assert.Equal(expected, await Answer(ring, _ => Task.CompletedTask));
        Assert.Equal(expected, await Answer(ring, async count =>
        {
            if (count is not (10 or 30)) return;
            await ring.Kill(count / 10 == 1 ? 1 : 2);
            ring.Replace(count / 10 == 1 ? 1 : 2);
        }));
    }

    [Fact]
    public async Task Many_short_chats_that_share_the_tokens_of_one_context_have_the_answers_that_they_have_with_room_for_all()
    {
        GenerationRequest[] requests = [.. Enumerable.Range(0, 24).Select(i => Request() with { Prompt = [.. Request().Prompt.Take(4 + i % 7), TinyModel.FirstByte + 'a' + i], TokensMax = 12 })];
        await using var ample = await Ring(2, TestRing.Fast(2) with { SessionsMax = 24 });
        var expected = await Task.WhenAll(requests.Select(request => Answer(ample, request)));
        Assert.True(expected.Select(answer => string.Join(',', answer)).Distinct().Count() > 3, "the answers must not be trivial");

        await using var ring = await Ring(2, TestRing.Fast(2) with { SessionsMax = 24, KvTokens = 256 });
        Assert.Equal(expected, await Task.WhenAll(requests.Select(request => Answer(ring, request))));
        Assert.InRange(ring.Head.KvTokensTaken, 0, 256);
    }

    [Fact]
    public async Task Standbys_of_llama_cpp_that_followed_give_the_same_tokens()
    {
        await using var ring = await Ring(3);
        var expected = await Answer(ring, _ => Task.CompletedTask);
        await using var middle = ring.Follow(1);
        await using var last = ring.Follow(2);
        Assert.Equal(expected, await Answer(ring, async count =>
        {
            if (count is not (10 or 30)) return;
            var standby = count == 10 ? middle : last;
            while (ring[standby.Slot].Stage!.StandbyLag != 0) await Task.Delay(2, Cancel);
            while (standby.Stage!.OpenSessions != 2) await Task.Delay(2, Cancel);     // the first answer's, too, with which this one began
            await ring.Kill(standby.Slot);
            ring.Promote(standby);
        }));
    }

    [Fact]
    public async Task A_new_head_with_llama_cpp_goes_on_with_the_tokens_that_the_client_has()
    {
        await using var ring = await Ring(2);
        var expected = await Answer(ring, _ => Task.CompletedTask);
        await ring.Kill(0);
        ring.Replace(0);
        await ring.Stands(Cancel);

        var rest = new List<int>();
        await foreach (var token in ring.Head.Generate(Request() with { Resume = [.. expected.Take(17)] }, Cancel)) rest.Add(token.Token);
        Assert.Equal(expected.Skip(17), rest);
    }

    [Fact]
    public async Task Stages_of_llama_cpp_give_the_embedding_of_the_whole_model_beside_answers_and_when_a_stage_is_lost()
    {
        await using var whole = await Ring(1);
        var expected = await whole.Head.Embed(Request().Prompt, Cancel);
        Assert.Equal(64, expected.Length);

        await using var ring = await Ring(3);
        Assert.Equal(expected, await ring.Head.Embed(Request().Prompt, Cancel));
        var answer = await Answer(ring, _ => Task.CompletedTask);
        var beside = new List<ImmutableArray<float>>();
        Assert.Equal(answer, await Answer(ring, async count =>
        {
            if (count % 12 != 5) return;
            if (count == 5) await ring.Kill(2);
            var text = ring.Head.Embed(Request().Prompt, Cancel);
            if (count == 5) ring.Replace(2);
            beside.Add(await text);
        }));
        Assert.Equal(4, beside.Count);
        Assert.All(beside, vector => Assert.Equal(expected, vector));
    }

    [Fact]
    public async Task A_chat_that_goes_on_after_any_stage_was_lost_has_the_candidates_of_the_whole_model()
    {
        await using var ring = await Ring(3);
        var (prompt, all) = (Request().Prompt, new List<GeneratedToken>());
        var cached = new List<int>();
        for (var turn = 0; turn < 4; turn++)
        {
            var request = Request() with { Prompt = prompt, TokensMax = 12 };
            all.Clear();
            await foreach (var token in ring.Head.Generate(request, Cancel))
            {
                all.Add(token);
                if (token.Index != 5 || turn is not (1 or 2)) continue;
                await ring.Kill(turn);
                ring.Replace(turn);
            }
            using var whole = new WholeModel(_model);
            Candidates expected = null!;
            foreach (var call in prompt.Chunk(StageChain.CallTokens)) expected = whole.Next(call);
            foreach (var token in all)
            {
                Bits.AssertSame(expected, token.Candidates!);
                expected = whole.Next([token.Token]);
            }
            cached.Add(all[0].CachedTokens);
            prompt = [.. prompt, .. all.Select(token => token.Token), TinyModel.TurnStart, TinyModel.FirstByte + turn];
        }
        Assert.Equal([0, 52, 66, 80], cached);
    }

    public void Dispose() => _directory.Dispose();

    private static GenerationRequest Request() =>
        new([TinyModel.BeginToken, .. Enumerable.Range(0, 40).Select(i => TinyModel.FirstByte + 'a' + i * 7 % 26)], Tokens, new SamplingOptions(), [], []);

    private static Task<List<int>> Answer(TestRing ring, Func<int, Task> onToken) => Answer(ring, Request(), onToken);

    private static async Task<List<int>> Answer(TestRing ring, GenerationRequest request, Func<int, Task>? onToken = null)
    {
        var answer = new List<int>();
        await foreach (var token in ring.Head.Generate(request, Cancel))
        {
            answer.Add(token.Token);
            if (onToken is not null) await onToken(answer.Count);
        }
        return answer;
    }

    private async Task<TestRing> Ring(int slots, PipelineOptions? given = null)
    {
        var ranges = LayerRange.Split(GgufFile.Read(_model).Model.Layers, slots);
        for (var slot = 0; slot < slots; slot++) GgufSlicer.WriteStage(_model, Stage(slot, slots), ranges[slot], slot == slots - 1);
        var options = given ?? TestRing.Fast(slots);
        var ring = new TestRing(slots, options, (slot, _) => LlamaCpp.LoadStage(Stage(slot, slots), new StageLoadOptions
        {
            Last = slot == slots - 1,
            ContextTokensPerSession = options.ContextTokens,
            SessionsMax = options.SessionsMax,
            KvTokens = options.KvTokens,
            PrefillTokensMax = options.PrefillTokens,
        }), () => LlamaCpp.LoadEmbedding(_model));
        await ring.Stands(Cancel);
        return ring;
    }

    private string Stage(int slot, int slots) => _directory.File($"{slot}-of-{slots}.gguf");
}
