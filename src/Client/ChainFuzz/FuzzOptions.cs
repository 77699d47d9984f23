using SwarmCompute.Client.Cli;

namespace SwarmCompute.Client.ChainFuzz;

/// <summary>What a run of the fuzz does, as the person asked for it.</summary>
internal sealed record FuzzOptions
{
    public const int StepsMax = 100_000;

    /// <summary>Decides every step.</summary>
    public int Seed { get; init; } = 1;

    public int Steps { get; init; } = 600;

    /// <summary>How often the silo is killed.</summary>
    public int Kills { get; init; } = 3;

    /// <summary>How the silo's follower is broken on purpose; empty for not.</summary>
    public string Mutant { get; init; } = "";

    /// <summary>Whether the endpoints lie and fail.</summary>
    public bool Faults { get; init; } = true;

    /// <summary>Where logs and state go; null for the checkout's own folder.</summary>
    public string? Folder { get; init; }

    /// <summary>The first fault in one line.</summary>
    /// <exception cref="CommandException">There is one.</exception>
    public void Check()
    {
        if (Steps is < 1 or > StepsMax) throw new CommandException($"--steps is {Steps}; give 1 to {StepsMax}");
        if (Kills is < 0 or > 100) throw new CommandException($"--kills is {Kills}; give 0 to 100");
        if (Mutant is not ("" or "number-only")) throw new CommandException($"--mutant is {Mutant}; give number-only");
    }
}
