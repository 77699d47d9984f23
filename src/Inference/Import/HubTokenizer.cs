using System.Text.Json;

namespace SwarmCompute.Inference;

/// <summary>A tokenizer.json of the byte-level BPE kind (Hugging Face's tokenizers): its vocabulary, merges, and how texts are split first.</summary>
/// <param name="SplitAs">As llama.cpp names the way of splitting (tokenizer.ggml.pre).</param>
/// <param name="Tokens">The tokens by id; null where an id has none.</param>
/// <param name="Kinds">The kind of each token.</param>
/// <param name="Merges">"a b" in the order of their rank.</param>
/// <param name="BeginsWith">The token that its post-processor puts before a text, or null.</param>
internal sealed record HubTokenizer(string SplitAs, string?[] Tokens, int[] Kinds, IReadOnlyList<string> Merges, string? BeginsWith)
{
    /// <summary>Kinds of tokens (llama.h, enum llama_token_type).</summary>
    public const int Normal = 1, Control = 3, UserDefined = 4, Unused = 5;

    private const int BytesMax = 64 << 20, MergesMax = 1 << 21;
    private const string Words = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|", Rest = @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <param name="folder">The model's folder.</param>
    /// <param name="vocabulary">Rows of the model's embeddings: ids are below.</param>
    /// <exception cref="ModelImportException">It is missing, malformed, or of a kind that is not imported.</exception>
    public static HubTokenizer Read(string folder, int vocabulary)
    {
        var path = Path.Combine(folder, "tokenizer.json");
        using var json = ImportJson.Read(path, BytesMax);
        var model = json.RootElement.Member("model") ?? throw HubConfig.Refused(path, "it has no model");
        var kind = ImportJson.Text(model.Member("type"));
        if (kind != "BPE") throw HubConfig.Refused(path, $"its kind is {ImportJson.Shown(kind)}; byte-level BPE is imported");
        if (model.Flag("byte_fallback")) throw HubConfig.Refused(path, "it is BPE over characters with a fall-back to bytes, converted from SentencePiece; byte-level BPE is imported");
        if (ImportJson.Text(json.RootElement.Member("normalizer")?.Member("type")) is not (null or "NFC") and var normalizer)
            throw HubConfig.Refused(path, $"it changes texts first, by the normalizer {ImportJson.Shown(normalizer)}");
        var splitAs = Splitting(json.RootElement.Member("pre_tokenizer"), path);
        if (splitAs == "qwen2" && model.Flag("ignore_merges")) throw HubConfig.Refused(path, "it sets ignore_merges, which llama.cpp does not do for texts that are split as qwen2 splits them");
        var (tokens, kinds) = (new string?[vocabulary], new int[vocabulary]);
        Array.Fill(kinds, Unused);
        AddVocabulary(model, tokens, kinds, path);
        AddSpecial(json.RootElement, tokens, kinds, path);
        return new(splitAs, tokens, kinds, AllMerges(model, path), First(json.RootElement.Member("post_processor")));
    }

    /// <summary>The id of a token, or null.</summary>
    public int? Find(string? token) => token is not null && Array.IndexOf(Tokens, token) is >= 0 and var id ? id : null;

    private static void AddVocabulary(JsonElement model, string?[] tokens, int[] kinds, string path)
    {
        if (model.Member("vocab") is not { ValueKind: JsonValueKind.Object } vocabulary) throw HubConfig.Refused(path, "it has no vocabulary");
        foreach (var entry in vocabulary.EnumerateObject()) Place(entry.Name, ImportJson.Integer(entry.Value), Normal, tokens, kinds, path);
    }

    private static void AddSpecial(JsonElement tokenizer, string?[] tokens, int[] kinds, string path)
    {
        if (tokenizer.Member("added_tokens") is not { ValueKind: JsonValueKind.Array } added) return;
        foreach (var token in added.EnumerateArray())
            Place(ImportJson.Text(token.Member("content")), ImportJson.Integer(token.Member("id")), token.Flag("special") ? Control : UserDefined, tokens, kinds, path);
    }

    private static void Place(string? token, int? id, int kind, string?[] tokens, int[] kinds, string path)
    {
        if (string.IsNullOrEmpty(token) || id is not (>= 0 and var at)) throw HubConfig.Refused(path, $"token '{ImportJson.Shown(token)}' is empty or has no id");
        if (at >= tokens.Length) throw HubConfig.Refused(path, $"token '{ImportJson.Shown(token)}' has id {at}, but the model has {tokens.Length} tokens (vocab_size of config.json)");
        if (tokens[at] is { } other && other != token) throw HubConfig.Refused(path, $"tokens '{ImportJson.Shown(other)}' and '{ImportJson.Shown(token)}' have the same id {at}");
        (tokens[at], kinds[at]) = (token, kind);
    }

    private static List<string> AllMerges(JsonElement model, string path)
    {
        if (model.Member("merges") is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() > MergesMax) throw HubConfig.Refused(path, "it has no merges, or too many");
        var merges = new List<string>(list.GetArrayLength());
        foreach (var entry in list.EnumerateArray())
        {
            var merge = entry.ValueKind == JsonValueKind.Array && entry.GetArrayLength() == 2 ? $"{ImportJson.Text(entry[0])} {ImportJson.Text(entry[1])}" : ImportJson.Text(entry);
            if (merge is null || merge.IndexOf(' ') is var space && (space < 1 || space == merge.Length - 1 || space != merge.LastIndexOf(' ')))
                throw HubConfig.Refused(path, $"merge {merges.Count} is not a pair of parts without spaces");
            merges.Add(merge);
        }
        return merges;
    }

    private static string Splitting(JsonElement? splitter, string path)
    {
        var steps = splitter?.Member("pretokenizers") is { ValueKind: JsonValueKind.Array } several ? several.EnumerateArray().ToList() : [];
        if (steps is not [var split, var bytes] || ImportJson.Text(split.Member("type")) != "Split" || ImportJson.Text(bytes.Member("type")) != "ByteLevel"
            || split.Flag("invert") || ImportJson.Text(split.Member("behavior")) != "Isolated" || bytes.Flag("add_prefix_space", missing: true) || bytes.Flag("use_regex", missing: true))
            throw HubConfig.Refused(path, $"it splits texts by '{ImportJson.Shown(ImportJson.Text(splitter?.Member("type")))}' in another way than Llama 3 and Qwen 2 do (a Split by one expression, then ByteLevel)");
        return ImportJson.Text(split.Member("pattern")?.Member("Regex")) switch
        {
            Words + @"\p{N}{1,3}" + Rest => "llama-bpe",
            Words + @"\p{N}" + Rest => "qwen2",
            var other => throw HubConfig.Refused(path, $"it splits texts by the expression '{ImportJson.Shown(other)}', which is neither that of Llama 3 nor that of Qwen 2"),
        };
    }

    /// <summary>The special token with which a template for one text begins; the template may be one of several steps.</summary>
    private static string? First(JsonElement? processor)
    {
        if (processor?.Member("processors") is { ValueKind: JsonValueKind.Array } steps)
            return steps.EnumerateArray().Select(step => First(step)).FirstOrDefault(first => first is not null);
        return processor?.Member("single") is { ValueKind: JsonValueKind.Array } single && single.GetArrayLength() > 0
            ? ImportJson.Text(single[0].Member("SpecialToken")?.Member("id"))
            : null;
    }
}
