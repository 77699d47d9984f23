using System.CommandLine;
using SwarmCompute.Client.ChainFuzz;

namespace SwarmCompute.Client.Cli;

/// <summary><c>swarm chain fuzz|crash|verify</c>.</summary>
internal static class ChainCommand
{
    private static readonly FuzzOptions Defaults = new();

    public static Command Create() => new("chain", "Holds what the swarm reads from the chain to what the contract says.") { Fuzz(), ChainCrashCommand.Create(), ChainVerifyCommand.Create() };

    private static Command Fuzz()
    {
        var json = new Option<bool>("--json") { Description = "end with one JSON object on standard output; the progress goes to standard error" };
        var seed = new Option<int>("--seed") { Description = "decides every step", DefaultValueFactory = _ => Defaults.Seed };
        var steps = new Option<int>("--steps") { Description = "how many steps", DefaultValueFactory = _ => Defaults.Steps };
        var kills = new Option<int>("--kills") { Description = "how often the silo is killed", DefaultValueFactory = _ => Defaults.Kills };
        var mutant = new Option<string>("--mutant") { Description = "break the silo's follower on purpose: number-only takes a block's number for the block", DefaultValueFactory = _ => "" };
        var honest = new Option<bool>("--honest") { Description = "endpoints that neither lie nor fail" };
        var folder = new Option<string?>("--folder") { Description = "where its logs and state go; default: .swarm/fuzz in the checkout" };
        var command = new Command("fuzz", "Reorganizes a development chain at random under a real silo, which is killed now and then, and compares every order with the contract after every step.")
        {
            json, seed, steps, kills, mutant, honest, folder,
        };
        command.SetAction((parsed, cancel) => Run(new FuzzOptions
        {
            Seed = parsed.GetRequiredValue(seed),
            Steps = parsed.GetRequiredValue(steps),
            Kills = parsed.GetRequiredValue(kills),
            Mutant = parsed.GetRequiredValue(mutant),
            Faults = !parsed.GetValue(honest),
            Folder = parsed.GetValue(folder),
        }, parsed.GetValue(json), cancel));
        return command;
    }

    private static async Task<int> Run(FuzzOptions options, bool json, CancellationToken cancel)
    {
        options.Check();
        var progress = json ? Console.Error : Console.Out;
        var result = await new FuzzRun(options, RepositoryRoot.Find(), line => progress.WriteLine(line)).Run(cancel);
        await Console.Out.WriteLineAsync(result.ToJson());
        return result.Divergences == 0 ? 0 : 1;
    }
}
