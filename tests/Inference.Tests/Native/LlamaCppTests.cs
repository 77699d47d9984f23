namespace SwarmCompute.Inference.Tests;

public sealed class LlamaCppTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public LlamaCppTests() => TestEngine.Require();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_engine_is_the_release_that_this_was_made_for() => Assert.Equal("0.5.0-dev", LlamaCpp.Version);

    [Fact]
    public void Initializing_again_is_the_same_or_an_error()
    {
        LlamaCpp.Initialize(TestEngine.LibraryDirectory + Path.DirectorySeparatorChar + ".");
        Assert.Contains("is loaded from", Assert.Throws<InferenceException>(() => LlamaCpp.Initialize(_directory.Root)).Message);
    }

    [Fact]
    public void A_directory_without_libraries_says_what_to_do() =>
        Assert.Contains("npm ci", Assert.Throws<InferenceException>(() => NativeLibraries.Load(_directory.Root)).Message);

    [Fact]
    public void A_stage_is_not_loaded_as_what_it_is_not()
    {
        var (model, stage) = (_directory.File("model.gguf"), _directory.File("stage.gguf"));
        new TinyModel().WriteTo(model);
        GgufSlicer.WriteStage(model, stage, new LayerRange(0, 3), last: false);
        Assert.Contains("does not end its model", Assert.Throws<InferenceException>(() => LlamaCpp.LoadStage(stage, new() { Last = true })).Message);
        Assert.Contains("has no tokenizer", Assert.Throws<InferenceException>(() => LlamaCpp.LoadTokenizer(stage)).Message);
        Assert.Contains("has no token embeddings", Assert.Throws<InferenceException>(() => LlamaCpp.LoadEmbedding(stage)).Message);
    }

    [Fact]
    public void A_model_that_lacks_a_tensor_is_refused_with_the_reason_of_the_engine()
    {
        var bytes = GgufBytes.WithText("blk.0.attn_q.weight", "blk.0.attn_x.weight");
        File.WriteAllBytes(_directory.File("model.gguf"), bytes);
        Assert.Contains("blk.0.attn_q.weight", Assert.Throws<InferenceException>(() => LlamaCpp.LoadStage(_directory.File("model.gguf"), new() { Last = true })).Message);
    }

    [Fact]
    public void What_is_not_a_model_is_refused()
    {
        File.WriteAllText(_directory.File("text.gguf"), "no model");
        Assert.Throws<InvalidGgufException>(() => LlamaCpp.LoadStage(_directory.File("text.gguf"), new()));
        Assert.Throws<InvalidGgufException>(() => LlamaCpp.LoadTokenizer(_directory.File("text.gguf")));
        Assert.Throws<InvalidGgufException>(() => LlamaCpp.LoadEmbedding(_directory.File("text.gguf")));
    }

    [Fact]
    public void Options_outside_their_range_are_refused()
    {
        foreach (var options in new StageLoadOptions[]
        {
            new() { ContextTokensPerSession = 0 }, new() { SessionsMax = 0 }, new() { SessionsMax = 257 }, new() { Threads = 0 }, new() { GpuLayers = -2 },
            new() { PrefillTokensMax = 0 }, new() { PrefillTokensMax = 513 },
        })
            Assert.Throws<ArgumentOutOfRangeException>(() => LlamaCpp.LoadStage(_directory.File("model.gguf"), options));
    }
}
