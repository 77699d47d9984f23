using SwarmCompute.Client.Cli;

namespace SwarmCompute.Client.Demo;

/// <summary>A model that the guests can run, as the guest program itself judged it.</summary>
/// <param name="Path">The GGUF file.</param>
/// <param name="Architecture">Its architecture, such as llama.</param>
/// <param name="Layers">How many layers it has: the most stages that it can be cut into.</param>
/// <param name="ContextTokens">The longest context that it was made for.</param>
internal sealed record ModelFile(string Path, string Architecture, int Layers, int ContextTokens)
{
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Finds the model that is meant and lets the guest program check it.</summary>
    /// <exception cref="CommandException">There is no such file, or it is not a model that can be run.</exception>
    public static async Task<ModelFile> Check(string? path, RepositoryRoot root, CancellationToken cancel)
    {
        var file = Find(path, root);
        var model = await GuestProgram.Ask(root, ["check-model", file, "--native", root.NativeLibraries], CheckTimeout, file, cancel);
        return new ModelFile(file, model.GetProperty("architecture").GetString()!, model.GetProperty("layers").GetInt32(), model.GetProperty("contextTokens").GetInt32());
    }

    /// <summary>The file that is meant: the one that is named, else the one that comes with the checkout.</summary>
    /// <exception cref="CommandException">There is no such file.</exception>
    public static string Find(string? path, RepositoryRoot root)
    {
        if (path is { Length: 0 }) throw new CommandException("no file is named; give the path of a GGUF model");
        var file = System.IO.Path.GetFullPath(path ?? Bundled(root));
        return File.Exists(file) ? file : throw new CommandException($"there is no file {file}; give the path of a GGUF model");
    }

    private static string Bundled(RepositoryRoot root) =>
        Directory.Exists(root.Below("models")) && Directory.GetFiles(root.Below("models"), "*.gguf").Order(StringComparer.Ordinal).FirstOrDefault() is { } file
            ? file
            : throw new CommandException("this checkout has no model in models/; give one with --model FILE.gguf");
}
