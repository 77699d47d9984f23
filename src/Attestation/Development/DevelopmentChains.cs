namespace SwarmCompute.Attestation;

/// <summary>Which chains are for development: those that local development nodes run, and no public one.</summary>
public static class DevelopmentChains
{
    /// <summary>Whether this is the chain id of a local development node (31337: anvil and hardhat; 1337: geth --dev and ganache).</summary>
    public static bool Contains(ulong chainId) => chainId is 31337 or 1337;
}
