using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace SwarmCompute.Client.Cli;

/// <summary>Asks the guest program about a model: it judges files in a process of its own, which a damaged one may take down.</summary>
internal static class GuestProgram
{
    private const int LineCharsMax = 256 * 1024;

    /// <summary>Runs it; gives the JSON object that it answers with.</summary>
    /// <param name="root">The checkout.</param>
    /// <param name="arguments">Its command.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="file">What it is asked about, for messages.</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="input">What it is given on its standard input.</param>
    /// <exception cref="CommandException">It refuses the file, took too long, or cannot be started.</exception>
    public static async Task<JsonElement> Ask(RepositoryRoot root, IEnumerable<string> arguments, TimeSpan timeout, string file, CancellationToken cancel, string input = "")
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(root.Executable("Guest"), arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        Start(process);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(timeout);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var given = Give(process, input, limit.Token);
            var line = await process.StandardOutput.ReadLineAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            await Task.WhenAll(given, errors);
            return Read(file, line, process.ExitCode);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            cancel.ThrowIfCancellationRequested();
            throw new CommandException($"{file} was not done within {timeout.TotalSeconds:0} s");
        }
    }

    private static async Task Give(Process process, string input, CancellationToken cancel)
    {
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), cancel);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it had read all: its answer, or its exit code, says why.
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

    private static JsonElement Read(string file, string? line, int exitCode)
    {
        try
        {
            using var json = JsonDocument.Parse(line is { Length: <= LineCharsMax } ? line : "");
            if (json.RootElement.TryGetProperty("error", out var error)) throw new CommandException(error.GetString() ?? $"{file} cannot be run");
            return json.RootElement.Clone();
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            throw new CommandException($"{file} cannot be run: it took the program that checks models down (exit code {exitCode}); it is damaged, or not a GGUF file", wrong);
        }
    }
}
