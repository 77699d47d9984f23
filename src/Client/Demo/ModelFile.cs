using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
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
        var file = System.IO.Path.GetFullPath(path ?? Bundled(root));
        if (!File.Exists(file)) throw new CommandException($"there is no file {file}; give the path of a GGUF model");
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(root.Executable("Guest"), ["check-model", file, "--native", root.NativeLibraries])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        Start(process);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(CheckTimeout);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var line = await process.StandardOutput.ReadLineAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            await errors;
            return Read(file, line, process.ExitCode);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            cancel.ThrowIfCancellationRequested();
            throw new CommandException($"{file} could not be checked within {CheckTimeout.TotalSeconds:0} s");
        }
    }

    private static void Start(Process process)
    {
        try
        {
            process.Start();
        }
        catch (Win32Exception missing)
        {
            throw new CommandException($"the program that checks models cannot be started ({missing.Message}); run ./swarm again to build it", missing);
        }
    }

    private static ModelFile Read(string file, string? line, int exitCode)
    {
        try
        {
            using var json = JsonDocument.Parse(line ?? "{}");
            if (json.RootElement.TryGetProperty("error", out var error)) throw new CommandException(error.GetString() ?? $"{file} cannot be run");
            return new ModelFile(file, json.RootElement.GetProperty("architecture").GetString()!, json.RootElement.GetProperty("layers").GetInt32(),
                json.RootElement.GetProperty("contextTokens").GetInt32());
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException)
        {
            throw new CommandException($"{file} cannot be run: it took the program that checks models down (exit code {exitCode}); it is damaged, or not a GGUF file", wrong);
        }
    }

    private static string Bundled(RepositoryRoot root) =>
        Directory.Exists(root.Below("models")) && Directory.GetFiles(root.Below("models"), "*.gguf").Order(StringComparer.Ordinal).FirstOrDefault() is { } file
            ? file
            : throw new CommandException("this checkout has no model in models/; give one with --model FILE.gguf");
}
