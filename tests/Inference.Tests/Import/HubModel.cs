using System.Text.Json.Nodes;

namespace SwarmCompute.Inference.Tests;

/// <summary>Writes a small model with random weights as a folder in the form of Hugging Face's transformers. The same settings give the same folder.</summary>
internal sealed record HubModel
{
    public const string Llama3Split = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    public const string Qwen2Split = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    public const int Layers = 3, Width = 64, Heads = 4, HeadsKv = 2, Inner = 96, BeginToken = 258, EndToken = 259, VocabularySize = 264;
    public const string Begin = "<|begin_of_text|>", End = "<|end_of_text|>", Template = "{{ messages }}";

    public string Kind { get; init; } = "LlamaForCausalLM";
    public string Stored { get; init; } = "F32";
    public bool TiedHead { get; init; }
    public int HeadLength { get; init; } = 16;
    public int Files { get; init; } = 1;
    public string Split { get; init; } = Llama3Split;
    public JsonObject? Rope { get; init; }
    public bool MergesAsPairs { get; init; }

    /// <summary>Settings of config.json that are set or changed.</summary>
    public JsonObject Settings { get; init; } = [];

    /// <summary>The weights by name, as floats.</summary>
    public Dictionary<string, float[]> Weights { get; } = [];

    /// <summary>Writes the folder.</summary>
    public void WriteTo(string folder)
    {
        Directory.CreateDirectory(folder);
        WriteTensors(folder);
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray(Kind),
            ["hidden_size"] = Width,
            ["num_hidden_layers"] = Layers,
            ["num_attention_heads"] = Heads,
            ["num_key_value_heads"] = HeadsKv,
            ["head_dim"] = HeadLength,
            ["intermediate_size"] = Inner,
            ["rms_norm_eps"] = 1e-5,
            ["rope_theta"] = 500000.0,
            ["max_position_embeddings"] = 512,
            ["vocab_size"] = VocabularySize,
            ["tie_word_embeddings"] = TiedHead,
            ["hidden_act"] = "silu",
            ["rope_scaling"] = Rope?.DeepClone(),
            ["bos_token_id"] = BeginToken,
            ["eos_token_id"] = new JsonArray(EndToken, 260),
        };
        foreach (var (name, value) in Settings) config[name] = value?.DeepClone();
        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString());
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), Tokenizer().ToJsonString());
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), new JsonObject
        {
            ["bos_token"] = Begin,
            ["eos_token"] = new JsonObject { ["content"] = End },
            ["chat_template"] = Template,
        }.ToJsonString());
    }

    private JsonObject Tokenizer()
    {
        var vocabulary = new JsonObject();
        for (var value = 0; value < 256; value++) vocabulary[ByteLetter(value)] = value;
        (vocabulary["th"], vocabulary["the"]) = (256, 257);
        JsonArray merges = MergesAsPairs ? new(new JsonArray("t", "h"), new JsonArray("th", "e")) : new("t h", "th e");
        JsonObject Added(int id, string content, bool special) => new() { ["id"] = id, ["content"] = content, ["special"] = special };
        return new JsonObject
        {
            ["added_tokens"] = new JsonArray(Added(BeginToken, Begin, true), Added(EndToken, End, true), Added(260, "<|turn|>", true), Added(261, "<tool>", false)),
            ["pre_tokenizer"] = new JsonObject
            {
                ["type"] = "Sequence",
                ["pretokenizers"] = new JsonArray(
                    new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = Split }, ["behavior"] = "Isolated", ["invert"] = false },
                    new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = false }),
            },
            ["post_processor"] = new JsonObject
            {
                ["type"] = "Sequence",
                ["processors"] = new JsonArray(
                    new JsonObject { ["type"] = "ByteLevel" },
                    new JsonObject { ["type"] = "TemplateProcessing", ["single"] = new JsonArray(new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = Begin, ["type_id"] = 0 } }) }),
            },
            ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = merges },
        };
    }

    private void WriteTensors(string folder)
    {
        var (random, tensors) = (new Random(7), new List<(string Name, string Type, int[] Shape, byte[] Data)>());
        void Add(string name, double middle, double spread, params int[] shape)
        {
            float[] values = [.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(_ => (float)(middle + spread * (random.NextDouble() * 2 - 1)))];
            byte[] bytes = [.. values.SelectMany(Bytes)];
            tensors.Add((name, Stored, shape, bytes));
            Weights[name] = FloatCopy.Floats(Stored.ToLowerInvariant(), bytes);
        }
        Add("model.embed_tokens.weight", 0, 0.5, VocabularySize, Width);
        Add("model.norm.weight", 1, 0.3, Width);
        if (!TiedHead) Add("lm_head.weight", 0, 0.3, VocabularySize, Width);
        for (var layer = 0; layer < Layers; layer++)
        {
            var at = $"model.layers.{layer}.";
            Add(at + "input_layernorm.weight", 1, 0.3, Width);
            Add(at + "post_attention_layernorm.weight", 1, 0.3, Width);
            foreach (var (part, heads) in new[] { ("q", Heads), ("k", HeadsKv), ("v", HeadsKv) })
            {
                Add($"{at}self_attn.{part}_proj.weight", 0, 0.25, heads * HeadLength, Width);
                if (Kind == "Qwen2ForCausalLM") Add($"{at}self_attn.{part}_proj.bias", 0, 0.2, heads * HeadLength);
                if (Kind == "Qwen3ForCausalLM" && part != "v") Add($"{at}self_attn.{part}_norm.weight", 1, 0.3, HeadLength);
            }
            Add(at + "self_attn.o_proj.weight", 0, 0.25, Width, Heads * HeadLength);
            Add(at + "mlp.gate_proj.weight", 0, 0.25, Inner, Width);
            Add(at + "mlp.up_proj.weight", 0, 0.25, Inner, Width);
            Add(at + "mlp.down_proj.weight", 0, 0.2, Width, Inner);
        }
        Save(folder, tensors);
    }

    private void Save(string folder, List<(string Name, string Type, int[] Shape, byte[] Data)> tensors)
    {
        if (Files == 1)
        {
            File.WriteAllBytes(Path.Combine(folder, "model.safetensors"), SafetensorsBytes.Of(tensors));
            return;
        }
        var map = new JsonObject();
        for (var i = 0; i < Files; i++)
        {
            var (part, name) = (tensors.Where((_, index) => index % Files == i).ToList(), $"model-{i + 1:00000}-of-{Files:00000}.safetensors");
            File.WriteAllBytes(Path.Combine(folder, name), SafetensorsBytes.Of(part));
            foreach (var tensor in part) map[tensor.Name] = name;
        }
        File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"), new JsonObject { ["metadata"] = new JsonObject(), ["weight_map"] = map }.ToJsonString());
    }

    private byte[] Bytes(float value) => Stored switch
    {
        "F32" => BitConverter.GetBytes(value),
        "F16" => BitConverter.GetBytes((Half)value),
        _ => BitConverter.GetBytes(value)[2..],
    };

    private static string ByteLetter(int value)
    {
        static bool IsLetter(int b) => b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
        return $"{(char)(IsLetter(value) ? value : 256 + Enumerable.Range(0, value).Count(b => !IsLetter(b)))}";
    }
}
