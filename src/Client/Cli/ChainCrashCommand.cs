using System.CommandLine;
using SwarmCompute.Client.ChainCrash;

namespace SwarmCompute.Client.Cli;

/// <summary><c>swarm chain crash</c>: kills a silo between what it intends and what is confirmed, again and again.</summary>
internal static class ChainCrashCommand
{
    private static readonly CrashOptions Defaults = new();

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "end with one JSON object on standard output; the progress goes to standard error" };
        var seed = new Option<int>("--seed") { Description = "decides when the silo is killed", DefaultValueFactory = _ => Defaults.Seed };
        var rounds = new Option<int>("--rounds") { Description = "how often the silo is killed", DefaultValueFactory = _ => Defaults.Rounds };
        var folder = new Option<string?>("--folder") { Description = "where its logs and state go; default: .swarm/crash in the checkout" };
        var command = new Command("crash", "Kills a real silo at random moments while it brings reports to a development chain, and checks that every order was paid exactly once.")
        {
            json, seed, rounds, folder,
        };
        command.SetAction((parsed, cancel) => Run(
            new CrashOptions { Seed = parsed.GetRequiredValue(seed), Rounds = parsed.GetRequiredValue(rounds), Folder = parsed.GetValue(folder) }, parsed.GetValue(json), cancel));
        return command;
    }

    private static async Task<int> Run(CrashOptions options, bool json, CancellationToken cancel)
    {
        options.Check();
        var progress = json ? Console.Error : Console.Out;
        var result = await new CrashRun(options, RepositoryRoot.Find(), line => progress.WriteLine(line)).Run(cancel);
        await Console.Out.WriteLineAsync(result.ToJson());
        return result.IsRight ? 0 : 1;
    }
}
