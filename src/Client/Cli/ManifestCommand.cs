using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SwarmCompute.Attestation;
using SwarmCompute.Client.Demo;
using SwarmCompute.Client.Planning;
using SwarmCompute.Vault;

namespace SwarmCompute.Client.Cli;

/// <summary><c>swarm manifest</c>: checks a model, puts it into an asset store and writes the manifest of an order for it.</summary>
internal static class ManifestCommand
{
    private const long ModelBytesMax = 1L << 40;

    public static Command Create()
    {
        var model = new Option<string>("--model") { Description = "the GGUF model", Required = true };
        var assets = new Option<string>("--assets") { Description = "the folder of assets that the nodes read (Guest:AssetDirectory)", Required = true };
        var root = new Option<string>("--root") { Description = "the authority's root.cer", Required = true };
        var stages = new Option<int>("--stages") { Description = "how many servers the model is cut over", DefaultValueFactory = _ => 3 };
        var context = new Option<int>("--context") { Description = "tokens of prompt and answer together", DefaultValueFactory = _ => 2048 };
        var threads = new Option<int>("--threads") { Description = "threads of each stage", DefaultValueFactory = _ => 1 };
        var sessions = new Option<int>("--sessions") { Description = "answers that are generated at once; each needs room for a context in every stage, unless --kv-tokens says less", DefaultValueFactory = _ => Manifest.SessionsDefault };
        var kvTokens = new Option<long?>("--kv-tokens") { Description = "tokens of prompts and answers that all sessions hold together in every stage: --context to --sessions times --context, which is the default" };
        var layers = new Option<string?>("--layers") { Description = "layers of each stage, such as 7,6,3; default: cut so that each stage has about the same work" };
        var boundary = new Option<string>("--boundary") { Description = "how hidden states go between servers: f32 (exact), bf16 or int8 (fewer bytes, other last bits)", DefaultValueFactory = _ => Manifest.BoundaryExact };
        var memory = new Option<string>("--memory") { Description = "auto: each server sets aside what its stage needs; none: nothing is set aside", DefaultValueFactory = _ => "auto" };
        memory.AcceptOnlyFromAmong("auto", "none");
        var standby = new Option<bool>("--standby") { Description = "every stage after the head has a standby on a further server, so that its loss costs no replay" };
        var keys = new Option<string?>("--api-keys") { Description = "a JSON file of the keys that the head asks for (docs/inference-api.md); default: it answers anyone" };
        var output = new Option<string>("--out") { Description = "the file to write", Required = true };
        var command = new Command("manifest", "Puts a model into an asset store and writes the manifest of an order for it.") { model, assets, root, stages, context, threads, sessions, kvTokens, layers, memory, boundary, standby, keys, output };
        command.SetAction(async (parsed, cancel) =>
        {
            var checkout = RepositoryRoot.Find();
            var file = await ModelFile.Check(parsed.GetRequiredValue(model), checkout, cancel);
            if (parsed.GetRequiredValue(stages) > file.Layers) throw new CommandException($"the model has {file.Layers} layers; give --stages 1 to {file.Layers}");
            var lengths = ReadLayers(parsed.GetValue(layers), file);
            using var certificate = SwarmFile.LoadRoot(parsed.GetRequiredValue(root));
            await using var bytes = File.OpenRead(file.Path);
            var asset = await new FileAssetStore(parsed.GetRequiredValue(assets)).Put(bytes, ModelBytesMax, cancel);
            var manifest = new Manifest(Manifest.LlamaCpp, new ModelReference(asset.Sha256, asset.SizeBytes), parsed.GetRequiredValue(stages),
                parsed.GetRequiredValue(context), parsed.GetRequiredValue(threads), [Manifest.Development], P256.KeyHash(certificate))
            {
                Sessions = parsed.GetRequiredValue(sessions),
                Layers = lengths,
                Boundary = parsed.GetRequiredValue(boundary),
                Standby = parsed.GetValue(standby),
            };
            if (parsed.GetValue(kvTokens) is { } tokens) manifest = manifest with { KvTokens = tokens };
            manifest = Check(manifest, parsed.GetValue(keys));
            if (parsed.GetRequiredValue(memory) != "none") manifest = manifest with { Memory = (await ModelPlan.Ask(checkout, file.Path, PlanQuestion.Of(manifest), cancel)).Memory };
            var canonical = manifest.ToCanonicalBytes();
            OutputFile.Write(parsed.GetRequiredValue(output), canonical);
            Console.WriteLine($"manifest {manifest.Hash}: {file.Architecture}, {file.Layers} layers in {manifest.Stages} stages");
        });
        return command;
    }

    private static ImmutableArray<int> ReadLayers(string? text, ModelFile model)
    {
        if (text is null) return [];
        var lengths = text.Split(',').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : 0).ToImmutableArray();
        return lengths.All(length => length > 0) && lengths.Sum(length => (long)length) == model.Layers
            ? lengths
            : throw new CommandException($"'{text}' does not cut the model's {model.Layers} layers; give --layers numbers that add up to {model.Layers}, such as {model.Layers - 1},1");
    }

    /// <summary>Adds the keys, and applies the rule that the swarm applies.</summary>
    private static Manifest Check(Manifest manifest, string? keysFile)
    {
        try
        {
            var members = CanonicalJson.ParseObject(manifest.ToCanonicalBytes(), ManifestLimits.BytesMax);
            if (keysFile is not null)
            {
                var file = CanonicalJson.ParseObject(InputFile.Read(keysFile, ManifestLimits.BytesMax, "a JSON file of API keys"), ManifestLimits.BytesMax);
                if (file is not { Count: 1 } || file["keys"] is not JsonArray keys) throw new CommandException($"{keysFile} holds no keys; give an object with 'keys', a list (docs/inference-api.md)");
                members["apiKeys"] = keys.DeepClone();
            }
            return Manifest.Parse(CanonicalJson.Serialize(members));
        }
        catch (Exception wrong) when (wrong is ManifestException or FormatException)
        {
            throw new CommandException(wrong.Message, wrong);
        }
    }
}
