using System.Security.Cryptography;
using SwarmCompute.Client.ChainTrial;
using SwarmCompute.Client.Cli;

namespace SwarmCompute.Client.ChainFuzz;

/// <summary>A run of the fuzz: a chain, a silo, random steps, and after each the silo's word against the contract's.</summary>
internal sealed class FuzzRun(FuzzOptions options, RepositoryRoot root, Action<string> say)
{
    private const int SweepEvery = 50;
    private const int SayEvery = 100;
    private const int MutantsDivergences = 3;

    /// <summary>Runs it; it ends at the first divergence, a mutant's at the third. Everything that was started is stopped when this returns.</summary>
    public async Task<FuzzResult> Run(CancellationToken cancel)
    {
        var began = TimeProvider.System.GetTimestamp();
        var result = new FuzzResult { Seed = options.Seed, Mutant = options.Mutant };
        using var folder = new TrialFolder(Path.GetFullPath(options.Folder ?? root.Below(".swarm", "fuzz", System.FormattableString.Invariant($"{options.Seed}{options.Mutant}"))));
        await using var chain = await FuzzChain.Start(root, cancel);
        await using var silo = new TrialSilo(root, folder, chain.ForSilo, RandomNumberGenerator.GetBytes(Hash32.Size), mutant: options.Mutant);
        await silo.Launch(cancel);
        say($"seed {options.Seed}: {options.Steps} steps{(options.Mutant.Length > 0 ? $", the follower is the mutant {options.Mutant}" : "")}");
        await Live(chain, silo, result, cancel);
        result.Faults = chain.Endpoints.Sum(e => e.Injected.Values.Sum());
        result.Seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        return result;
    }

    private async Task Live(FuzzChain chain, TrialSilo silo, FuzzResult result, CancellationToken cancel)
    {
        var random = new Random(options.Seed);
        using var parties = new FuzzParties(chain, random);
        var comparison = new FuzzComparison(chain, silo, result);
        var acts = new FuzzActs(chain, parties, options, result, random);
        var kills = Enumerable.Range(1, options.Kills).Select(kill => kill * options.Steps / (options.Kills + 1)).ToHashSet();
        for (var step = 1; step <= options.Steps; step++)
        {
            await acts.Next(comparison.Live, cancel);
            if (kills.Contains(step)) await Kill(silo, acts, comparison, result, cancel);
            var isSweep = step % SweepEvery == 0 || step == options.Steps;
            var difference = await comparison.Check(isSweep, cancel);
            (result.Steps, result.Orders) = (step, comparison.Orders);
            if (difference is not null)
            {
                result.Divergences++;
                result.First ??= $"step {step}: {difference}";
                say($"seed {options.Seed}: step {step}: {difference}");
                if (options.Mutant.Length == 0 || result.Divergences == MutantsDivergences) return;
            }
            if (step % SayEvery == 0) say($"seed {options.Seed}: {step} steps, {result.Reorgs} reorgs, {result.Orders} orders, {result.Comparisons} comparisons");
        }
    }

    /// <summary>The silo dies while it follows, and the chain goes on without it.</summary>
    private static async Task Kill(TrialSilo silo, FuzzActs acts, FuzzComparison comparison, FuzzResult result, CancellationToken cancel)
    {
        await silo.Kill();
        result.Kills++;
        for (var missed = 0; missed < 2; missed++) await acts.Next(comparison.Live, cancel);
        await silo.Launch(cancel);
    }
}
