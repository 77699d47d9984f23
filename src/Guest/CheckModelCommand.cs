using System.Text.Json.Nodes;
using SwarmCompute.Inference;

namespace SwarmCompute.Guest;

/// <summary>
/// <c>check-model FILE --native DIR</c>: says whether a model can be run in stages, before anyone pays for it. Prints one line of JSON:
/// <c>{"architecture","name","layers","contextTokens"}</c>, or <c>{"error":"one line"}</c> with exit code 1.
/// </summary>
internal static class CheckModelCommand
{
    public const string Usage = "check-model FILE --native DIR";

    public static int Run(string file, string nativeLibraryDirectory)
    {
        try
        {
            var model = GgufFile.Read(file).Model;
            LlamaCpp.Initialize(nativeLibraryDirectory);
            using var tokenizer = LlamaCpp.LoadTokenizer(file);
            return Say(0, new JsonObject
            {
                ["architecture"] = model.Architecture,
                ["name"] = model.Name,
                ["layers"] = model.Layers,
                ["contextTokens"] = model.ContextTokens,
            });
        }
        catch (Exception fault) when (fault is InvalidGgufException or InferenceException)
        {
            return Say(1, new JsonObject { ["error"] = fault.Message.ReplaceLineEndings(" ") });
        }
    }

    private static int Say(int exitCode, JsonObject line)
    {
        Console.Out.WriteLine(line.ToJsonString());
        return exitCode;
    }
}
