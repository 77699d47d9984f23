using System.Text.Json.Nodes;
using SwarmCompute.Inference;

namespace SwarmCompute.Guest;

/// <summary>
/// <c>import-model SOURCE --out FILE</c> and <c>inspect-model FILE</c>: makes a GGUF file that can be run in stages, and says what one holds. Each
/// prints one line of JSON: <c>{"architecture","name","layers","embeddingLength","contextTokens","vocabulary","bytes","types","tokenizer","stage"}</c>,
/// or <c>{"error":"one line"}</c> with exit code 1.
/// </summary>
internal static class ModelCommand
{
    public const string Usage = "import-model SOURCE --out FILE | inspect-model FILE";

    public static int Import(string source, string file) => Say(() => ModelImport.Import(source, file));

    public static int Inspect(string file) => Say(() => GgufFile.Read(file));

    private static int Say(Func<GgufMetadata> work)
    {
        try
        {
            Console.Out.WriteLine(Describe(work()).ToJsonString());
            return 0;
        }
        catch (Exception fault) when (fault is InvalidGgufException or ModelImportException or IOException or UnauthorizedAccessException)
        {
            Console.Out.WriteLine(new JsonObject { ["error"] = fault.Message.ReplaceLineEndings(" ") }.ToJsonString());
            return 1;
        }
    }

    private static JsonObject Describe(GgufMetadata file) => new()
    {
        ["architecture"] = file.Model.Architecture,
        ["name"] = file.Model.Name,
        ["layers"] = file.Model.Layers,
        ["embeddingLength"] = file.Model.EmbeddingLength,
        ["contextTokens"] = file.Model.ContextTokens,
        ["vocabulary"] = file.Model.VocabularySize,
        ["bytes"] = file.Model.FileBytes,
        ["types"] = new JsonArray([.. file.TensorTypes.Select(type => JsonValue.Create(type))]),
        ["tokenizer"] = file.HasTokenizer,
        ["stage"] = file.IsStage,
    };
}
