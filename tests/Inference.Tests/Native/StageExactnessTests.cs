using SwarmCompute.TestKit;

namespace SwarmCompute.Inference.Tests;

public sealed class StageExactnessTests
{
    private static readonly int[] Prompt = [TinyModel.BeginToken, .. Enumerable.Range(0, 40).Select(i => TinyModel.FirstByte + 'a' + i * 7 % 26)];

    public static TheoryData<string, string, bool, int> Models => new()
    {
        { "llama", "f32", true, 0 }, { "llama", "f16", false, 0 }, { "llama", "q8_0", true, 0 }, { "llama", "q8_0", false, 0 },
        { "llama", "q4_0", true, 0 }, { "llama", "q4_0", false, 0 }, { "llama", "q4_K", false, 0 }, { "llama", "q8_0", false, 4 },
        { "mistral3", "q8_0", true, 0 }, { "phi3", "f16", false, 0 }, { "phi3", "q4_0", true, 0 }, { "qwen2", "f16", true, 0 },
        { "qwen2", "q4_0", false, 0 }, { "qwen3", "f32", false, 0 }, { "qwen3", "q4_0", true, 0 }, { "qwen3moe", "q8_0", false, 4 },
        { "qwen3moe", "q4_0", true, 4 },
    };

    [Theory, MemberData(nameof(Models))]
    public void Stages_give_the_bits_of_the_whole_model(string architecture, string stored, bool tiedHead, int experts)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("model.gguf");
        Model(architecture, stored, tiedHead, experts).WriteTo(path);
        using var whole = new WholeModel(path);
        var expected = whole.Greedy(Prompt, 64);
        Assert.True(expected.Select(candidates => candidates.Tokens[0]).Distinct().Count() > 3, "the model's answer must not be trivial");
        foreach (var stages in new[] { 1, 2, 3, 6 })
        {
            using var chain = new StageChain(path, stages);
            using var run = chain.Open();
            Bits.AssertSame(expected, run.Greedy(Prompt, 64));
        }
    }

    [Fact]
    public void Stages_of_the_model_of_this_repository_tell_the_same_tale()
    {
        var path = Repository.PathOf("models", "swarm-tales.gguf");
        TestEngine.Require();
        using var tokenizer = LlamaCpp.LoadTokenizer(path);
        var prompt = tokenizer.Encode("Once upon a time there was a fox who lived near the sea.", addSpecial: true);
        using var whole = new WholeModel(path);
        using var chain = new StageChain(path, 3);
        using var run = chain.Open();
        Bits.AssertSame(whole.Greedy(prompt, 64), run.Greedy(prompt, 64));
    }

    private static TinyModel Model(string architecture, string stored, bool tiedHead, int experts) => new()
    {
        Architecture = architecture,
        Stored = stored,
        TiedHead = tiedHead,
        RopeFactors = architecture is "phi3" or "llama",
        Width = stored == "q4_K" ? 256 : 64,
        FeedForward = stored == "q4_K" ? 256 : 128,
        Experts = experts,
    };
}
