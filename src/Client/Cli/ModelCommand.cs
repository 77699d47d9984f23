using System.CommandLine;
using System.Text.Json;

namespace SwarmCompute.Client.Cli;

/// <summary><c>swarm model import|inspect</c>: makes a GGUF file of a published model, and says what one holds.</summary>
internal static class ModelCommand
{
    private static readonly TimeSpan ImportTimeout = TimeSpan.FromHours(12), InspectTimeout = TimeSpan.FromSeconds(60);

    public static Command Create() => new("model", "Makes a GGUF file that can be run in stages, and says what one holds.") { Import(), Inspect() };

    private static Command Import()
    {
        var source = new Argument<string>("source") { Description = "a folder with config.json, tokenizer.json and *.safetensors, or a GGUF file" };
        var output = new Option<string>("--out") { Description = "the GGUF file to write; there must be none yet", Required = true };
        var json = Json();
        var command = new Command("import", "Imports a model; its numbers stay as they are stored.") { source, output, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var (from, to) = (Full(parsed.GetRequiredValue(source), "the model"), Full(parsed.GetRequiredValue(output), "the file to write"));
            Say(await GuestProgram.Ask(RepositoryRoot.Find(), ["import-model", from, "--out", to], ImportTimeout, from, cancel), parsed.GetValue(json));
        });
        return command;
    }

    private static Command Inspect()
    {
        var file = new Argument<string>("file") { Description = "a GGUF file" };
        var json = Json();
        var command = new Command("inspect", "Says what a GGUF file holds, and whether it can be run in stages.") { file, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var path = Full(parsed.GetRequiredValue(file), "a GGUF file");
            Say(await GuestProgram.Ask(RepositoryRoot.Find(), ["inspect-model", path], InspectTimeout, path, cancel), parsed.GetValue(json));
        });
        return command;
    }

    private static Option<bool> Json() => new("--json") { Description = "one JSON object on standard output" };

    private static string Full(string path, string what) => path.Length > 0 ? Path.GetFullPath(path) : throw new CommandException($"no path is named; give {what}");

    private static void Say(JsonElement model, bool json)
    {
        if (json) Console.WriteLine(model.GetRawText());
        else foreach (var member in model.EnumerateObject()) Console.WriteLine($"{member.Name} {Plain(member.Value)}");
    }

    private static string Plain(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? string.Join(' ', value.EnumerateArray().Select(item => item.ToString())) : value.ToString();
}
