using SwarmCompute.TestKit;

namespace SwarmCompute.Inference.Tests;

public sealed class ManagedEngineTests : IDisposable
{
    private static readonly int[] Prompt = [TinyModel.BeginToken, .. Enumerable.Range(0, 40).Select(i => TinyModel.FirstByte + 'a' + i * 7 % 26)];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    public static TheoryData<string, string, bool, bool> Models => new()
    {
        { "llama", "f32", true, false }, { "llama", "f32", false, true }, { "llama", "f16", true, true }, { "llama", "f16", false, false },
        { "llama", "bf16", false, false }, { "llama", "q8_0", true, false }, { "llama", "q8_0", false, true },
        { "qwen3", "f32", true, false }, { "qwen3", "f32", false, false }, { "qwen3", "f16", true, false }, { "qwen3", "bf16", true, false },
        { "qwen3", "f16", false, false }, { "qwen3", "q8_0", true, false }, { "qwen3", "q8_0", false, false },
    };

    /// <summary>llama.cpp rounds activations to the type of the weights; so it is given the same weights as floats.</summary>
    [Theory, MemberData(nameof(Models))]
    public void Its_answers_are_those_of_llama_cpp(string architecture, string stored, bool tiedHead, bool ropeFactors)
    {
        var path = Write(architecture, stored, tiedHead, ropeFactors);
        FloatCopy.Write(path, _directory.File("floats.gguf"));
        using var llama = new WholeModel(_directory.File("floats.gguf"), exactCache: true);
        var expected = llama.Greedy(Prompt, 32);
        Assert.True(expected.Select(candidates => candidates.Tokens[0]).Distinct().Count() > 3, "the model's answer must not be trivial");
        Agreement.AssertClose(expected, Greedy(path, stages: 1, tokens: 32), 0.002);
    }

    [Theory, MemberData(nameof(Models))]
    public void What_llama_cpp_rounds_changes_little(string architecture, string stored, bool tiedHead, bool ropeFactors)
    {
        var path = Write(architecture, stored, tiedHead, ropeFactors);
        using var llama = new WholeModel(path);
        var (expected, actual) = (llama.Next(Prompt[..16]), Greedy(path, stages: 1, tokens: 0)[0]);
        Assert.InRange(Agreement.Distance(expected, actual), 0, stored switch { "f32" or "f16" => 0.05, "bf16" => 0.3, _ => 1.5 });
    }

    [Fact]
    public void It_tells_the_tale_of_the_model_of_this_repository_as_llama_cpp_does()
    {
        var path = Repository.PathOf("models", "swarm-tales.gguf");
        using var llama = new WholeModel(path);
        using var tokenizer = LlamaCpp.LoadTokenizer(path);
        var prompt = tokenizer.Encode("Once upon a time there was a fox who lived near the sea.", addSpecial: true);
        using var chain = new StageChain(path, 2, managed: true);
        using var run = chain.Open();
        Agreement.AssertClose(llama.Greedy(prompt, 32), run.Greedy(prompt, 32), 0.1);
    }

    [Theory, InlineData("llama", "f16", true), InlineData("llama", "q8_0", false), InlineData("qwen3", "f32", false), InlineData("qwen3", "q8_0", true)]
    public void Stages_give_the_bits_of_the_whole_model(string architecture, string stored, bool tiedHead)
    {
        var path = Write(new() { Architecture = architecture, Stored = stored, TiedHead = tiedHead, RopeFactors = architecture == "llama" });
        using var kernel = ManagedEngine.LoadStage(path, new() { Last = true, PrefillTokensMax = 64 });
        using var embedding = ManagedEngine.LoadEmbedding(path);
        using var session = kernel.Open();
        var hidden = new float[Prompt.Length * embedding.EmbeddingLength];
        embedding.Lookup(Prompt, hidden);
        var whole = session.RunLast(hidden, Prompt.Length);
        foreach (var stages in new[] { 1, 2, 3, 6 }) Bits.AssertSame(whole, Greedy(path, stages, tokens: 2)[2]);
    }

    [Fact]
    public void A_session_that_is_open_outlives_its_stage()
    {
        var kernel = ManagedEngine.LoadStage(Write(new()), new() { Last = true });
        using var session = kernel.Open();
        kernel.Dispose();
        Assert.Equal(Candidates.CountMax, session.RunLast(new float[64], 1).Tokens.Length);
        Assert.Throws<ObjectDisposedException>(kernel.Open);
    }

    [Fact]
    public void A_call_allocates_nothing()
    {
        using var kernel = ManagedEngine.LoadStage(Write(new() { Stored = "q8_0" }), new());
        using var session = kernel.Open();
        var (hidden, after) = (new float[8 * 64], new float[8 * 64]);
        session.RunHidden(hidden, 8, after);
        var before = GC.GetAllocatedBytesForCurrentThread();
        session.RunHidden(hidden, 8, after);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void A_session_refuses_what_does_not_fit()
    {
        using var kernel = ManagedEngine.LoadStage(Write(new()), new() { Last = true, SessionsMax = 1, ContextTokensPerSession = 4, PrefillTokensMax = 3 });
        using var session = kernel.Open();
        Assert.Throws<InferenceException>(kernel.Open);
        Assert.Throws<ArgumentOutOfRangeException>(() => session.RunLast(new float[4 * 64], 4));
        Assert.Throws<ArgumentException>(() => session.RunLast(new float[63], 1));
        Assert.Throws<InvalidOperationException>(() => session.RunHidden(new float[64], 1, new float[64]));
        session.RunLast(new float[3 * 64], 3);
        Assert.Contains("context is full", Assert.Throws<InferenceException>(() => session.RunLast(new float[2 * 64], 2)).Message);
        session.RunLast(new float[64], 1);
        Assert.Equal(4, session.Position);
    }

    [Fact]
    public void A_session_for_which_all_together_hold_too_many_tokens_fails_alone()
    {
        using var kernel = ManagedEngine.LoadStage(Write(new()), new() { Last = true, SessionsMax = 3, ContextTokensPerSession = 200, KvTokens = 210, PrefillTokensMax = 100 });
        using var session = kernel.Open();
        var greedy = kernel.Open();
        for (var call = 0; call < 2; call++) greedy.RunLast(new float[100 * 64], 100);
        session.RunLast(new float[8 * 64], 8);
        Assert.Contains("use 208 of its 210 tokens, 3 more do not fit", Assert.Throws<InferenceException>(() => session.RunLast(new float[3 * 64], 3)).Message, StringComparison.Ordinal);
        session.RunLast(new float[2 * 64], 2);
        greedy.Dispose();
        session.RunLast(new float[100 * 64], 100);
        Assert.Equal(110, session.Position);
    }

    [Fact]
    public void A_hidden_state_that_is_no_number_ends_its_session_and_no_other()
    {
        using var kernel = ManagedEngine.LoadStage(Write(new()), new() { Last = true });
        using var session = kernel.Open();
        Assert.Throws<InferenceException>(() => session.RunLast([.. Enumerable.Repeat(float.NaN, 64)], 1));
        Assert.Contains("failed before", Assert.Throws<InferenceException>(() => session.RunLast(new float[64], 1)).Message);
        using var other = kernel.Open();
        Assert.Equal(Candidates.CountMax, other.RunLast(new float[64], 1).Tokens.Length);
    }

    [Theory]
    [InlineData("llama", "q4_0", 0, "is stored as q4_0"), InlineData("qwen2", "f32", 0, "its architecture is qwen2"), InlineData("phi3", "f16", 0, "its architecture is phi3")]
    [InlineData("llama", "f16", 4, "a tensor 'blk.0.ffn_gate_inp.weight'")]
    public void What_it_does_not_run_is_refused_by_name(string architecture, string stored, int experts, string reason)
    {
        var path = Write(new() { Architecture = architecture, Stored = stored, Experts = experts });
        Assert.Contains(reason, Assert.Throws<InferenceException>(() => ManagedEngine.LoadStage(path, new() { Last = true })).Message);
    }

    [Fact]
    public void A_stage_is_loaded_as_what_it_is()
    {
        var (path, stage) = (Write(new()), _directory.File("stage.gguf"));
        GgufSlicer.WriteStage(path, stage, new LayerRange(0, 3), last: false);
        Assert.Contains("does not end its model", Assert.Throws<InferenceException>(() => ManagedEngine.LoadStage(stage, new() { Last = true })).Message);
        Assert.Contains("no token embeddings", Assert.Throws<InferenceException>(() => ManagedEngine.LoadEmbedding(stage)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => ManagedEngine.LoadStage(path, new() { PrefillTokensMax = 513 }));
    }

    [Theory, InlineData("f32"), InlineData("f16"), InlineData("q8_0")]
    public void Embeddings_are_those_that_llama_cpp_reads(string stored)
    {
        TestEngine.Require();
        var path = Write(new() { Stored = stored });
        using var expected = LlamaCpp.LoadEmbedding(path);
        using var actual = ManagedEngine.LoadEmbedding(path);
        int[] tokens = [.. Enumerable.Range(0, TinyModel.VocabularySize)];
        var (one, other) = (new float[tokens.Length * 64], new float[tokens.Length * 64]);
        expected.Lookup(tokens, one);
        actual.Lookup(tokens, other);
        Assert.Equal(one, other);
        Assert.Throws<ArgumentOutOfRangeException>(() => actual.Lookup([-1], other));
        Assert.Throws<ArgumentException>(() => actual.Lookup([0, 1], new float[127]));
    }

    private string Write(string architecture, string stored, bool tiedHead, bool ropeFactors) => Write(new()
    {
        Architecture = architecture,
        Stored = stored,
        TiedHead = tiedHead,
        RopeFactors = ropeFactors,
        SettingsPerLayer = ropeFactors,
    });

    private string Write(TinyModel model)
    {
        model.WriteTo(_directory.File("model.gguf"));
        return _directory.File("model.gguf");
    }

    private static List<Candidates> Greedy(string path, int stages, int tokens)
    {
        using var chain = new StageChain(path, stages, managed: true);
        using var run = chain.Open();
        return run.Greedy(Prompt, tokens);
    }
}
