namespace SwarmCompute.Grains.Interfaces;

/// <summary>An order's status in the contract, as of the finalized block. Numbers are the contract's.</summary>
public enum OrderChainStatus
{
    /// <summary>No such order.</summary>
    None = 0,
    /// <summary>Placed; not every slot has a lease.</summary>
    Open = 1,
    /// <summary>Every slot has a lease.</summary>
    Running = 2,
    /// <summary>Closed by its customer.</summary>
    Closing = 3,
    /// <summary>Settled.</summary>
    Completed = 4,
    /// <summary>Closed before it ran.</summary>
    Cancelled = 5,
    /// <summary>Past its end without a report.</summary>
    Expired = 6,
    /// <summary>Frozen until a dispute about its report is decided.</summary>
    Disputed = 7,
}
