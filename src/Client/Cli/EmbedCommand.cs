using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using System.Text.Json;

namespace SwarmCompute.Client.Cli;

/// <summary><c>swarm embed ORDER TEXT...</c>: the vectors of texts, from the head of a running order.</summary>
internal static class EmbedCommand
{
    private const int FileBytesMax = 64 * 1024 * 1024;

    public static Command Create()
    {
        var swarm = CommonOptions.Swarm();
        var number = CommonOptions.Order();
        var texts = new Argument<string[]>("text") { Description = "a text; as many as there are", Arity = ArgumentArity.ZeroOrMore };
        var path = new Option<string?>("--file") { Description = "a file with a text in each line; empty lines are passed over" };
        var apiKey = CommonOptions.ApiKeyFile();
        var evidence = new EvidenceOptions("the head");
        var command = new Command("embed", "Prints the vector of each text, one JSON list a line, from a running order.") { number, texts, swarm, path, apiKey };
        evidence.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var all = Texts(parsed.GetValue(texts) ?? [], parsed.GetValue(path));
            var file = parsed.Read(swarm);
            await using var heads = await evidence.Heads(parsed, file.Chain);
            using var client = file.Connect(heads.Attestation, parsed.ReadApiKey(apiKey));
            foreach (var vector in await client.Embed(parsed.Read(number), all, cancel)) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(vector));
        });
        return command;
    }

    private static ImmutableArray<string> Texts(string[] given, string? path)
    {
        string[] lines = path is null ? [] : Encoding.UTF8.GetString(InputFile.Read(path, FileBytesMax, "a file with a text in each line")).ReplaceLineEndings("\n").Split('\n');
        ImmutableArray<string> texts = [.. given.Concat(lines).Where(text => text.Length > 0)];
        return texts.IsEmpty ? throw new CommandException("there is no text; give one, or --file FILE with one in each line") : texts;
    }
}
