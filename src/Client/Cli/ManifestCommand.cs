using System.CommandLine;
using SwarmCompute.Attestation;
using SwarmCompute.Client.Demo;
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
        var output = new Option<string>("--out") { Description = "the file to write", Required = true };
        var command = new Command("manifest", "Puts a model into an asset store and writes the manifest of an order for it.") { model, assets, root, stages, context, threads, output };
        command.SetAction(async (parsed, cancel) =>
        {
            var file = await ModelFile.Check(parsed.GetRequiredValue(model), RepositoryRoot.Find(), cancel);
            if (parsed.GetRequiredValue(stages) > file.Layers) throw new CommandException($"the model has {file.Layers} layers; give --stages 1 to {file.Layers}");
            using var certificate = SwarmFile.LoadRoot(parsed.GetRequiredValue(root));
            await using var bytes = File.OpenRead(file.Path);
            var asset = await new FileAssetStore(parsed.GetRequiredValue(assets)).Put(bytes, ModelBytesMax, cancel);
            var manifest = new Manifest(Manifest.LlamaCpp, new ModelReference(asset.Sha256, asset.SizeBytes), parsed.GetRequiredValue(stages),
                parsed.GetRequiredValue(context), parsed.GetRequiredValue(threads), [Manifest.Development], P256.KeyHash(certificate));
            var canonical = manifest.ToCanonicalBytes();
            Manifest.Parse(canonical);                       // the same rule that the swarm applies
            OutputFile.Write(parsed.GetRequiredValue(output), canonical);
            Console.WriteLine($"manifest {manifest.Hash}: {file.Architecture}, {file.Layers} layers in {manifest.Stages} stages");
        });
        return command;
    }
}
