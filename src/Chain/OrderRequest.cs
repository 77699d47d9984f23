namespace SwarmCompute.Chain;

/// <summary>What a customer asks for: the contract's struct Request.</summary>
public sealed record OrderRequest
{
    /// <summary>What to run: the hash of the canonical manifest.</summary>
    public required Hash32 ManifestHash { get; init; }

    /// <summary>The token that it is paid in; the TokenRegistry must accept it.</summary>
    public required Address Token { get; init; }

    /// <summary>What is locked: at least the token's minimum, the price of one unit, and more than zero.</summary>
    public required Wei Deposit { get; init; }

    /// <summary>The price of one unit of work in all: what the assets cost, and the rest for the leases.</summary>
    public required Wei UnitPrice { get; init; }

    /// <summary>How many leases it needs, 1 to 16.</summary>
    public required int Slots { get; init; }

    /// <summary>The <see cref="P256Point.KeyHash"/> of the authority, which must sign every lease.</summary>
    public required Hash32 AuthorityKeyHash { get; init; }

    /// <summary>From when anyone may expire it, at most 366 days from now; to the second.</summary>
    public required DateTimeOffset EndsAt { get; init; }

    /// <summary>The customer's own id of the order, which it can use once; all zeros for none.</summary>
    public Hash32 ExternalId { get; init; }

    /// <summary>How long after the report the customer may dispute it, at most 30 days; zero for not at all. To the second.</summary>
    public TimeSpan DisputeWindow { get; init; }

    /// <summary>Units count up to this times the seconds since the order first ran; 0 for no limit.</summary>
    public uint UnitsPerSecondMax { get; init; }

    /// <summary>A contract that is told when the order is over (IOrderCallback); the zero address for none.</summary>
    public Address Callback { get; init; }
}
