namespace SwarmCompute.Inference.Tests;

public sealed class StageExactnessTests
{
    private static readonly int[] Prompt = [TinyModel.BeginToken, .. Enumerable.Range(0, 40).Select(i => TinyModel.FirstByte + 'a' + i * 7 % 26)];

    public static TheoryData<string, string, bool> Models => new()
    {
        { "llama", "f32", true }, { "llama", "f16", false }, { "llama", "q8_0", true }, { "llama", "q8_0", false }, { "llama", "q4_0", true },
        { "llama", "q4_0", false }, { "llama", "q4_K", false }, { "mistral3", "q8_0", true }, { "phi3", "f16", false }, { "phi3", "q4_0", true },
        { "qwen2", "f16", true }, { "qwen2", "q4_0", false }, { "qwen3", "f32", false }, { "qwen3", "q4_0", true }, { "qwen3moe", "q8_0", false },
        { "qwen3moe", "q4_0", true },
    };

    [Theory, MemberData(nameof(Models))]
    public void Stages_give_the_bits_of_the_whole_model(string architecture, string stored, bool tiedHead)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("model.gguf");
        Model(architecture, stored, tiedHead).WriteTo(path);
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

    private static TinyModel Model(string architecture, string stored, bool tiedHead) => new()
    {
        Architecture = architecture,
        Stored = stored,
        TiedHead = tiedHead,
        Width = stored == "q4_K" ? 256 : 64,
        FeedForward = stored == "q4_K" ? 256 : 128,
        Experts = architecture == "qwen3moe" ? 4 : 0,
    };
}
