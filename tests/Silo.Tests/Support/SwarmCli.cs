using System.Diagnostics;

namespace SwarmCompute.Silo.Tests.Support;

/// <summary>Runs the built command line as a person does.</summary>
internal static class SwarmCli
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs a command that may be repeated, and repeats it while the silo is too busy to answer within the command line's time.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunUntilAnswered(CancellationToken cancel, params string[] arguments)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var ended = await Run(cancel, arguments);
            if (!ended.Errors.StartsWith("swarm: no silo answers", StringComparison.Ordinal) || TimeProvider.System.GetElapsedTime(begun) > Patience) return ended;
        }
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> Run(CancellationToken cancel, params IEnumerable<string> arguments)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience);
        using var process = Process.Start(new ProcessStartInfo(Repository.Executable("Client"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, (await output).Trim(), (await errors).Trim());
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }
}
