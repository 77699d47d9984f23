namespace SwarmCompute.Chain.Development;

/// <summary>How to run a development chain.</summary>
public sealed record AnvilOptions
{
    /// <summary>The anvil program.</summary>
    public required string BinaryPath { get; init; }

    /// <summary>The port on 127.0.0.1; 0 for one that is free.</summary>
    public int Port { get; init; }

    /// <summary>The time between blocks, 10 ms or more; null to make a block for each transaction. BNB chain's is 0.45 s.</summary>
    public TimeSpan? BlockTime { get; init; } = TimeSpan.FromMilliseconds(450);

    /// <summary>Half the number of blocks by which the finalized block is behind, 1 or more. BNB chain is usually 2 blocks behind.</summary>
    public int SlotsInAnEpoch { get; init; } = 1;

    /// <summary>The chain id.</summary>
    public ulong ChainId { get; init; } = 31337;

    /// <summary>The rules of the chain: <c>osaka</c> as on BNB chain, with P-256 as a precompile; <c>cancun</c> without, as an opBNB node of old.</summary>
    public string Hardfork { get; init; } = "osaka";

    /// <summary>The time that anvil may take to answer.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
