using System.Text.Json;

namespace SwarmCompute.Inference;

/// <summary>What stands beside a tokenizer: which tokens begin and end a text, and the chat template.</summary>
/// <param name="Begin">The token that begins a text, or null.</param>
/// <param name="End">The token that ends one, or null.</param>
/// <param name="EndOfTurn">Another token that ends an answer, or null.</param>
/// <param name="AddBegin">Whether prompts begin with it.</param>
/// <param name="ChatTemplate">The template, or null.</param>
internal sealed record HubTokenizerSettings(int? Begin, int? End, int? EndOfTurn, bool AddBegin, string? ChatTemplate)
{
    private const int BytesMax = 4 << 20;

    /// <exception cref="ModelImportException">A file is malformed, or names a token that does not exist.</exception>
    public static HubTokenizerSettings Read(string folder, HubTokenizer tokenizer)
    {
        var path = Path.Combine(folder, "tokenizer_config.json");
        using var json = ImportJson.Read(path, BytesMax);
        using var config = ImportJson.Read(Path.Combine(folder, "config.json"), BytesMax);
        using var generation = Optional(Path.Combine(folder, "generation_config.json"));
        var settings = json.RootElement;
        if (settings.Flag("add_eos_token")) throw HubConfig.Refused(path, "it puts the end token after every prompt (add_eos_token), which is not imported");
        int? Id(string name) => (ImportJson.Text(settings.Member(name)) ?? ImportJson.Text(settings.Member(name)?.Member("content"))) is { } token
            ? tokenizer.Find(token) ?? throw HubConfig.Refused(path, $"its {name} '{ImportJson.Shown(token)}' is no token of tokenizer.json")
            : null;
        var ends = (generation is null ? [] : Ids(generation.RootElement, "eos_token_id")).Concat(Ids(config.RootElement, "eos_token_id")).ToList();
        var begin = Id("bos_token") ?? Ids(config.RootElement, "bos_token_id").Cast<int?>().FirstOrDefault();
        var end = Id("eos_token") ?? ends.Cast<int?>().FirstOrDefault();
        if (ends.Append(begin ?? 0).FirstOrDefault(id => id < 0 || id >= tokenizer.Tokens.Length) is not 0 and var unknown)
            throw HubConfig.Refused(folder, $"it says that token {unknown} begins or ends a text, but has {tokenizer.Tokens.Length} tokens");
        var adds = settings.Member("add_bos_token") is { } said ? said.ValueKind == JsonValueKind.True : tokenizer.BeginsWith is not null && tokenizer.Find(tokenizer.BeginsWith) == begin;
        if (adds && begin is null) throw HubConfig.Refused(path, "prompts begin with a token (add_bos_token) that is not named (bos_token)");
        var others = ends.Where(id => id != end).Distinct().ToList();
        return new(begin, end, others is [] ? null : others[0], adds, Template(settings, folder));
    }

    private static JsonDocument? Optional(string path) => File.Exists(path) ? ImportJson.Read(path, BytesMax) : null;

    private static IEnumerable<int> Ids(JsonElement config, string name) => config.Member(name) switch
    {
        { ValueKind: JsonValueKind.Array } several => several.EnumerateArray().Select(id => ImportJson.Integer(id) ?? -1),
        { } one => [ImportJson.Integer(one) ?? -1],
        null => [],
    };

    private static string? Template(JsonElement settings, string folder)
    {
        var file = Path.Combine(folder, "chat_template.jinja");
        if (File.Exists(file))
            return new FileInfo(file).Length <= GgufReader.TextBytesMax ? File.ReadAllText(file) : throw HubConfig.Refused(file, $"it is longer than {GgufReader.TextBytesMax} bytes");
        return settings.Member("chat_template") switch
        {
            { ValueKind: JsonValueKind.Array } several => ImportJson.Text(several.EnumerateArray()
                .Where(one => ImportJson.Text(one.Member("name")) == "default").Select(one => one.Member("template")).FirstOrDefault()),
            var one => ImportJson.Text(one),
        };
    }
}
