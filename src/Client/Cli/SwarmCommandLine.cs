using System.CommandLine;
using System.Security.Cryptography;
using SwarmCompute.Chain;
using SwarmCompute.Vault;

namespace SwarmCompute.Client.Cli;

/// <summary>The <c>swarm</c> command: its verbs, and what a person sees when one of them cannot go on.</summary>
internal static class SwarmCommandLine
{
    private const int Failed = 1;
    private const int Stopped = 130;                         // as a shell reports a program that SIGINT ended

    /// <summary>Runs one command. Returns the exit code: 0, 1 where it failed, 130 where it was stopped.</summary>
    public static async Task<int> Run(string[] args, CancellationToken cancel)
    {
        var parsed = Create().Parse(args.Length == 0 ? ["--help"] : args);
        // Of several errors the last is about the word that the person mistyped, not about what that word should have been.
        if (parsed.Errors.Count > 0) return Fail($"{parsed.Errors[^1].Message} ('swarm --help' shows what there is)");
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("swarm: stopped");
            return Stopped;
        }
        catch (Exception wrong) when (wrong is CommandException or SwarmException or ChainException or ManifestException or EmbeddedStoreException or AssetException
            or IOException or UnauthorizedAccessException or CryptographicException)
        {
            return Fail(wrong.Message);
        }
    }

    private static RootCommand Create() => new("Runs and uses a SwarmCompute swarm.")
    {
        DemoCommand.Create(), TestCommand.Create(), OrderCommand.Create(), ChatCommand.Create(), EmbedCommand.Create(), GatewayCommand.Create(), ReportCommand.Create(), StatusCommand.Create(), WebhookCommand.Create(),
        ChainCommand.Create(), PlanCommand.Create(), ManifestCommand.Create(), ModelCommand.Create(), ProviderCommand.Create(), NodeCommand.Create(), SiloCommand.Create(), AuthorityCommand.Create(), MeasureCommand.Create(), EvidenceCommand.Create(),
    };

    private static int Fail(string line)
    {
        Console.Error.WriteLine($"swarm: {line.ReplaceLineEndings(" ")}");
        return Failed;
    }
}
