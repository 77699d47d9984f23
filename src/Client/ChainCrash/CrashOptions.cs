using SwarmCompute.Client.Cli;

namespace SwarmCompute.Client.ChainCrash;

/// <summary>What a run of kills does, as the person asked for it.</summary>
internal sealed record CrashOptions
{
    public const int RoundsMax = 10_000;

    /// <summary>Decides when the silo is killed.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How often the silo is killed; one more order is to be paid in each.</summary>
    public int Rounds { get; init; } = 200;

    /// <summary>Where logs and state go; null for the checkout's own folder.</summary>
    public string? Folder { get; init; }

    /// <summary>The first fault in one line.</summary>
    /// <exception cref="CommandException">There is one.</exception>
    public void Check()
    {
        if (Rounds is < 1 or > RoundsMax) throw new CommandException($"--rounds is {Rounds}; give 1 to {RoundsMax}");
    }
}
