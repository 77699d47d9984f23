using System.Runtime.InteropServices;
using SwarmCompute.TestKit;

namespace SwarmCompute.Inference.Tests;

/// <summary>Embeddings of texts, by both engines.</summary>
public sealed class TextEmbeddingTests : IDisposable
{
    private static readonly int[] Text = [TinyModel.BeginToken, .. Enumerable.Range(0, 40).Select(i => TinyModel.FirstByte + 'a' + i * 7 % 26)];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory, InlineData("llama", "f32", false), InlineData("llama", "q8_0", false), InlineData("llama", "q4_0", false), InlineData("phi3", "f16", false),
     InlineData("mistral3", "q8_0", false), InlineData("qwen2", "f16", false), InlineData("qwen3", "q4_0", false), InlineData("qwen3moe", "q8_0", false),
     InlineData("llama", "f32", true), InlineData("qwen3", "q8_0", true)]
    public void Stages_give_the_bits_of_the_whole_model_however_the_text_is_cut(string architecture, string stored, bool managed)
    {
        var path = Write(new() { Architecture = architecture, Stored = stored, RopeFactors = architecture == "phi3", Experts = architecture == "qwen3moe" ? 4 : 0 });
        var whole = Embed(path, stages: 1, managed, Text);
        Assert.Equal(64, whole.Length);
        Assert.NotEqual(whole, Embed(path, stages: 1, managed, Text[..^1]));
        foreach (var stages in new[] { 2, 3, 6 }) Assert.Equal(whole, Embed(path, stages, managed, Text));
        Assert.Equal(whole, Embed(path, stages: 2, managed, Text, callTokens: 7));
    }

    [Theory, InlineData("llama", "f32"), InlineData("llama", "q8_0"), InlineData("qwen2", "f16"), InlineData("qwen3", "q4_0"), InlineData("mistral3", "q8_0")]
    public void A_vector_is_the_mean_of_the_states_that_llama_cpp_itself_gives_for_embeddings(string architecture, string stored)
    {
        var path = Write(new() { Architecture = architecture, Stored = stored });
        using var whole = new WholeModel(path);
        var pool = new TextPool(PoolingKind.Mean, 64);
        foreach (var state in whole.States(Text)) pool.Add(state);
        Assert.Equal(pool.Vector(Text.Length), Embed(path, 3, managed: false, Text));
    }

    [Theory, InlineData("llama", 1u), InlineData("llama", 2u), InlineData("llama", 3u), InlineData("qwen3", 1u), InlineData("qwen3", 3u)]
    public void Both_engines_agree(string architecture, uint pooling)
    {
        var path = Write(new() { Architecture = architecture, Pooling = pooling });
        var (llama, managed) = (Embed(path, 2, managed: false, Text), Embed(path, 2, managed: true, Text));
        Assert.InRange(llama.Zip(managed, (a, b) => Math.Abs(a - b)).Max(), 0, 0.005);
    }

    [Fact]
    public void Both_engines_agree_about_the_model_of_this_repository()
    {
        var path = Repository.PathOf("models", "swarm-tales.gguf");
        TestEngine.Require();
        using var tokenizer = LlamaCpp.LoadTokenizer(path);
        var text = tokenizer.Encode("Once upon a time there was a fox who lived near the sea.", addSpecial: true);
        var (llama, managed) = (Embed(path, 3, managed: false, text), Embed(path, 2, managed: true, text));
        Assert.InRange(llama.Zip(managed, (a, b) => a * b).Sum(), 0.999, 1.001);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_model_pools_as_its_file_says_and_takes_the_mean_where_it_does_not(bool managed)
    {
        float[] Of(uint? pooling) => Embed(Write(new() { Pooling = pooling }), 2, managed, Text);
        var (mean, first, last) = (Of(1), Of(2), Of(3));
        Assert.Equal(mean, Of(null));
        Assert.Equal(mean, Of(0));
        Assert.Equal(first, Embed(Write(new() { Pooling = 2 }), 2, managed, Text[..9]));
        Assert.NotEqual(mean, last);
        Assert.NotEqual(first, last);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_model_that_ranks_makes_no_embeddings_and_says_so_in_every_stage(bool managed)
    {
        using var chain = new StageChain(Write(new() { Pooling = 4 }), 2, managed: managed);
        using var run = chain.Open();
        Assert.All(chain.Kernels, kernel => Assert.Contains("pooling_type", kernel.WhyNoEmbeddings!, StringComparison.Ordinal));
        Assert.Contains("pooling_type", Assert.Throws<InferenceException>(() => run.Embed(Text)).Message, StringComparison.Ordinal);
        Assert.NotEmpty(run.Next(Text.AsSpan(0, 16)).Tokens);
    }

    [Theory, InlineData("f32"), InlineData("q8_0"), InlineData("q4_0")]
    public void An_answer_beside_a_text_has_the_bits_that_it_has_alone_and_so_has_the_text(string stored)
    {
        var path = Write(new() { Stored = stored, TiedHead = false });
        using var chain = new StageChain(path, 1);
        var kernel = chain.Kernels[0];
        Assert.True(kernel.BatchTokensMax > 1);
        var text = Embed(path, 1, managed: false, Text);
        List<Candidates> expected;
        using (var alone = chain.Open()) expected = [.. Text[..32].Chunk(4).Select(call => alone.Next(call))];

        using var answer = chain.Open();
        using var embedded = chain.Open();
        var calls = new List<StageCall>();
        for (var at = 0; at < 32; at += 4)
        {
            StageCall[] batch = [Call(answer, Text[at..(at + 4)], embeds: false, wants: true), .. Parts(embedded, at)];
            kernel.Run(at % 8 == 0 ? batch : [.. batch.Reverse()]);
            calls.Add(batch[0]);
            Assert.All(batch, call => Assert.Null(call.Fault));
        }
        Bits.AssertSame(expected, [.. calls.Select(call => call.Candidates!)]);
        Assert.Equal(text, embedded.Sessions[0].Embedding());
    }

    [Fact]
    public void A_session_of_which_a_part_was_no_text_has_no_embedding()
    {
        using var chain = new StageChain(Write(new()), 1, managed: false);
        using var run = chain.Open();
        run.Next(Text.AsSpan(0, 4));
        Assert.Contains("4 of the text's 8 tokens", Assert.Throws<InferenceException>(() => run.Embed(Text[..4])).Message, StringComparison.Ordinal);
    }

    /// <summary>The part of the text that goes with one step of the answer: 5 tokens, and the rest in the last one.</summary>
    private static StageCall[] Parts(StageChain.Run run, int at)
    {
        var (from, to) = (at / 4 * 5, at == 28 ? Text.Length : at / 4 * 5 + 5);
        return from >= to ? [] : [Call(run, Text[from..to], embeds: true, wants: to == Text.Length)];
    }

    private static StageCall Call(StageChain.Run run, int[] tokens, bool embeds, bool wants) => new()
    {
        Session = run.Sessions[0],
        States = MemoryMarshal.AsBytes(run.BeforeTheLast(tokens).AsSpan()).ToArray(),
        Tokens = tokens.Length,
        WantsCandidates = wants && !embeds,
        Embeds = embeds,
        WantsEmbedding = wants && embeds,
    };

    private static float[] Embed(string path, int stages, bool managed, IEnumerable<int> text, int callTokens = StageChain.CallTokens)
    {
        using var chain = new StageChain(path, stages, managed: managed);
        using var run = chain.Open();
        return run.Embed(text, callTokens);
    }

    private string Write(TinyModel model)
    {
        var path = _directory.File($"model{Directory.GetFiles(_directory.Root).Length}.gguf");
        model.WriteTo(path);
        return path;
    }
}
