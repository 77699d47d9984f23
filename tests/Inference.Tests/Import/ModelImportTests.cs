using System.Text.Json.Nodes;

namespace SwarmCompute.Inference.Tests;

public sealed class ModelImportTests : IDisposable
{
    private const double RopeBase = 500_000;

    private static readonly int[] Begun = [HubModel.BeginToken, .. "the rain"u8], Continued = [.. " in spain"u8];

    private readonly TemporaryDirectory _directory = new();

    private string Folder => _directory.File("hub");

    private string Path => _directory.File("model.gguf");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("LlamaForCausalLM", "F32", false, 16, 1), InlineData("LlamaForCausalLM", "BF16", true, 16, 2), InlineData("MistralForCausalLM", "F16", false, 32, 3)]
    [InlineData("Qwen2ForCausalLM", "F32", true, 16, 1), InlineData("Qwen2ForCausalLM", "BF16", false, 16, 1)]
    [InlineData("Qwen3ForCausalLM", "F32", false, 32, 1), InlineData("Qwen3ForCausalLM", "F16", true, 16, 2)]
    public void An_imported_model_gives_the_logits_that_its_weights_mean(string kind, string stored, bool tiedHead, int headLength, int files)
    {
        var model = new HubModel { Kind = kind, Stored = stored, TiedHead = tiedHead, HeadLength = headLength, Files = files, Split = Split(kind) };
        AssertMeans(model, _ => 1);
    }

    [Fact]
    public void Linear_scaling_of_positions_is_kept() =>
        AssertMeans(new HubModel { Rope = new() { ["type"] = "linear", ["factor"] = 4.0 } }, _ => 4);

    [Fact]
    public void The_scaling_of_llama_3_becomes_factors()
    {
        var rope = new JsonObject { ["rope_type"] = "llama3", ["factor"] = 8.0, ["low_freq_factor"] = 1.0, ["high_freq_factor"] = 4.0, ["original_max_position_embeddings"] = 64 };
        AssertMeans(new HubModel { Rope = rope }, pair =>
        {
            var wave = 2 * Math.PI * Math.Pow(RopeBase, pair / 8.0);
            if (wave < 64 / 4.0) return 1;
            if (wave > 64) return 8;
            var smooth = (64 / wave - 1) / (4 - 1);
            return 1 / ((1 - smooth) / 8 + smooth);
        });
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Texts_become_tokens_as_the_tokenizer_says(bool mergesAsPairs)
    {
        Import(new HubModel { MergesAsPairs = mergesAsPairs });
        TestEngine.Require();
        using var tokenizer = LlamaCpp.LoadTokenizer(Path);
        Assert.Equal([HubModel.BeginToken, 257, (int)' ', HubModel.EndToken, 261], tokenizer.Encode($"the {HubModel.End}<tool>", addSpecial: true));
        Assert.Equal("the"u8, tokenizer.Decode(257));
        Assert.Contains(HubModel.EndToken, tokenizer.EndTokens);
        Assert.Contains(260, tokenizer.EndTokens);
        Assert.Equal(HubModel.Template, GgufFile.Read(Path).Find("tokenizer.chat_template")!.Text);
    }

    [Fact]
    public void Matrices_keep_their_form_and_vectors_become_floats()
    {
        var metadata = Import(new HubModel { Stored = "BF16" });
        Assert.All(metadata.Tensors, tensor => Assert.Equal(tensor.Dimensions.Length == 1 ? "f32" : "bf16", tensor.Type.Name));
        Assert.Equal(["f32", "bf16"], metadata.TensorTypes);
    }

    [Fact]
    public void A_context_ends_where_attention_would_no_longer_reach_back()
    {
        Assert.Equal(512, Import(new HubModel { Kind = "MistralForCausalLM", Settings = new() { ["sliding_window"] = null } }).Model.ContextTokens);
        File.Delete(Path);
        Assert.Equal(100, Import(new HubModel { Kind = "MistralForCausalLM", Settings = new() { ["sliding_window"] = 100 } }).Model.ContextTokens);
        File.Delete(Path);
        Assert.Equal(512, Import(new HubModel { Kind = "Qwen3ForCausalLM", Split = HubModel.Qwen2Split, Settings = new() { ["sliding_window"] = 100 } }).Model.ContextTokens);
    }

    [Theory]
    [InlineData("""{"architectures":["GemmaForCausalLM"]}""", "its architecture is GemmaForCausalLM")]
    [InlineData("""{"rope_scaling":{"rope_type":"yarn","factor":4}}""", "by the method yarn")]
    [InlineData("""{"quantization_config":{"quant_method":"gptq"}}""", "its weights are quantized (quantization_config, method gptq)")]
    [InlineData("""{"hidden_act":"gelu"}""", "its activation (hidden_act) is gelu")]
    [InlineData("""{"attention_bias":true}""", "it has attention_bias")]
    [InlineData("""{"num_hidden_layers":2}""", "it has a tensor 'model.layers.2.")]
    [InlineData("""{"num_hidden_layers":4}""", "tensor 'model.layers.3.input_layernorm.weight' is missing")]
    [InlineData("""{"intermediate_size":95}""", "config.json makes it 95 x 64")]
    [InlineData("""{"num_key_value_heads":0}""", "num_key_value_heads is missing or not a whole number from 1 to 4")]
    [InlineData("""{"vocab_size":250}""", "has id 250, but the model has 250 tokens")]
    [InlineData("""{"eos_token_id":900}""", "token 900 begins or ends a text")]
    [InlineData("""{"rms_norm_eps":null}""", "rms_norm_eps is missing")]
    public void What_is_not_imported_is_refused_by_name_and_leaves_nothing(string settings, string reason) =>
        AssertRefused(new HubModel { Settings = JsonNode.Parse(settings)!.AsObject() }, reason);

    [Fact]
    public void A_tokenizer_of_another_kind_is_refused_by_name()
    {
        AssertRefused(new HubModel { Split = @"\s+" }, @"by the expression '\s+'");
        EditTokenizer(tokenizer => tokenizer["model"]!["byte_fallback"] = true, "converted from SentencePiece");
        EditTokenizer(tokenizer => tokenizer["model"]!["type"] = "Unigram", "its kind is Unigram");
        EditTokenizer(tokenizer => tokenizer["normalizer"] = new JsonObject { ["type"] = "Lowercase" }, "the normalizer Lowercase");
        EditTokenizer(tokenizer => tokenizer["model"]!["merges"] = new JsonArray("t h e"), "merge 0");
        EditTokenizer(tokenizer => tokenizer["pre_tokenizer"] = new JsonObject { ["type"] = "Metaspace" }, "splits texts by 'Metaspace'");
    }

    [Fact]
    public void Files_that_do_not_fit_together_are_refused()
    {
        var model = new HubModel { Files = 2 };
        model.WriteTo(Folder);
        File.Copy(System.IO.Path.Combine(Folder, "model-00001-of-00002.safetensors"), System.IO.Path.Combine(Folder, "model-00002-of-00002.safetensors"), overwrite: true);
        Assert.Contains("which another file has too", Refusal());
        File.WriteAllText(System.IO.Path.Combine(Folder, "model.safetensors.index.json"), """{"weight_map":{"a":"../model.safetensors"}}""");
        Assert.Contains("what is not a *.safetensors file of its folder", Refusal());
        File.Delete(System.IO.Path.Combine(Folder, "model.safetensors.index.json"));
        Assert.Contains("several *.safetensors files", Refusal());
        File.Delete(System.IO.Path.Combine(Folder, "model-00001-of-00002.safetensors"));
        File.Delete(System.IO.Path.Combine(Folder, "model-00002-of-00002.safetensors"));
        Assert.Contains("has no *.safetensors file", Refusal());
    }

    [Fact]
    public void A_gguf_file_is_checked_and_copied()
    {
        new TinyModel().WriteTo(_directory.File("source.gguf"));
        Assert.Equal("llama", ModelImport.Import(_directory.File("source.gguf"), Path).Model.Architecture);
        Assert.Equal(File.ReadAllBytes(_directory.File("source.gguf")), File.ReadAllBytes(Path));
        Assert.Contains("exists already", Refusal());
        GgufSlicer.WriteStage(Path, _directory.File("stage.gguf"), new LayerRange(0, 1), last: false);
        Assert.Contains("is a stage", Assert.Throws<ModelImportException>(() => ModelImport.Import(_directory.File("stage.gguf"), _directory.File("2.gguf"))).Message);
        File.WriteAllText(_directory.File("text"), "no model");
        Assert.Throws<InvalidGgufException>(() => ModelImport.Import(_directory.File("text"), _directory.File("2.gguf")));
        Assert.Contains("There is no", Assert.Throws<ModelImportException>(() => ModelImport.Import(_directory.File("none"), _directory.File("2.gguf"))).Message);
    }

    private void AssertMeans(HubModel model, Func<int, double> ropeDivisor)
    {
        Import(model);
        var expected = new HubReference(model, RopeBase, ropeDivisor).Logits([.. Begun, .. Continued]);
        FloatCopy.Write(Path, _directory.File("floats.gguf"));
        using var llama = new WholeModel(_directory.File("floats.gguf"), exactCache: true);
        llama.Next(Begun);
        AssertClose(expected, llama.Next(Continued));
        if (model.Kind == "Qwen2ForCausalLM") return;                 // which the managed engine does not run
        using var chain = new StageChain(Path, 2, managed: true);
        using var run = chain.Open();
        run.Next(Begun);
        AssertClose(expected, run.Next(Continued));
    }

    private static void AssertClose(double[] expected, Candidates actual)
    {
        Assert.True(expected.Max() - expected.Min() > 1, "the logits must not be trivial");
        foreach (var (token, logit) in actual.Tokens.Zip(actual.Logits)) Assert.InRange(logit, expected[token] - 0.002, expected[token] + 0.002);
    }

    private void EditTokenizer(Action<JsonNode> edit, string reason)
    {
        new HubModel().WriteTo(Folder);
        var file = System.IO.Path.Combine(Folder, "tokenizer.json");
        var tokenizer = JsonNode.Parse(File.ReadAllText(file))!;
        edit(tokenizer);
        File.WriteAllText(file, tokenizer.ToJsonString());
        Assert.Contains(reason, Refusal());
    }

    private void AssertRefused(HubModel model, string reason)
    {
        model.WriteTo(Folder);
        Assert.Contains(reason, Refusal());
        Assert.Empty(Directory.GetFiles(_directory.Root));
    }

    private string Refusal() => Assert.Throws<ModelImportException>(() => ModelImport.Import(Folder, Path)).Message;

    private GgufMetadata Import(HubModel model)
    {
        model.WriteTo(Folder);
        return ModelImport.Import(Folder, Path);
    }

    private static string Split(string kind) => kind.StartsWith("Qwen", StringComparison.Ordinal) ? HubModel.Qwen2Split : HubModel.Llama3Split;
}
