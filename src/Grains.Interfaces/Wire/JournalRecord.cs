namespace SwarmCompute.Grains.Interfaces;

/// <summary>A transaction that an account has offered to the chain, or was about to offer.</summary>
[GenerateSerializer, Immutable, Alias("swarm.JournalRecord")]
public sealed record JournalRecord
{
    /// <summary>Its nonce; one record a nonce.</summary>
    [Id(0)] public required ulong Nonce { get; init; }
    /// <summary>What it is for; one record a purpose.</summary>
    [Id(1)] public required string Purpose { get; init; }
    /// <summary>The contract or account that it goes to; null where it creates a contract.</summary>
    [Id(2)] public required Address? To { get; init; }
    /// <summary>The call's data.</summary>
    [Id(3)] public required byte[] Data { get; init; }
    /// <summary>What it carries of the chain's own coin.</summary>
    [Id(4)] public required Wei Value { get; init; }
    /// <summary>The most gas that it may use.</summary>
    [Id(5)] public required ulong GasLimit { get; init; }
    /// <summary>The price that was offered last.</summary>
    [Id(6)] public required Wei GasPrice { get; init; }
    /// <summary>The hashes under which it was offered; the last one belongs to the last price.</summary>
    [Id(7)] public required ImmutableArray<Hash32> Hashes { get; init; }
}
