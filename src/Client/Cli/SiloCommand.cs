using System.CommandLine;
using System.Diagnostics;

namespace SwarmCompute.Client.Cli;

/// <summary><c>swarm silo</c>: runs a silo until it is stopped.</summary>
internal static class SiloCommand
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(4.5);

    public static Command Create()
    {
        var configuration = new Option<string>("--config") { Description = "the silo's configuration (docs/configuration.md)", Required = true };
        var command = new Command("silo", "Runs a silo until it is stopped.") { configuration };
        command.SetAction((parsed, cancel) => Run(Path.GetFullPath(parsed.GetRequiredValue(configuration)), cancel));
        return command;
    }

    private static async Task<int> Run(string configuration, CancellationToken cancel)
    {
        using var silo = new Process
        {
            StartInfo = new ProcessStartInfo(RepositoryRoot.Find().Executable("Silo"), ["--config", configuration]) { RedirectStandardInput = true },
        };
        silo.Start();
        try
        {
            await silo.WaitForExitAsync(cancel);
            return silo.ExitCode;
        }
        catch (OperationCanceledException)
        {
            silo.StandardInput.Close();
            using var limit = new CancellationTokenSource(StopTimeout);
            try
            {
                await silo.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                silo.Kill();
            }
            throw;
        }
    }
}
