namespace SwarmCompute.Grains.Interfaces;

/// <summary>What the OrderBook contract said. Numbers are append-only.</summary>
public enum OrderEventKind
{
    /// <summary>A customer placed the order and its deposit is locked.</summary>
    Placed = 1,
    /// <summary>A slot has a (new) lease.</summary>
    LeaseAssigned = 2,
    /// <summary>Every slot has a lease.</summary>
    Running = 3,
    /// <summary>The customer closed the order.</summary>
    Closing = 4,
    /// <summary>The head's report is on the chain.</summary>
    ReportSubmitted = 5,
    /// <summary>The deposit is divided; the order is over.</summary>
    Settled = 6,
    /// <summary>Closed before it ran; all refunded.</summary>
    Cancelled = 7,
    /// <summary>Past its end without a report; all refunded.</summary>
    Expired = 8,
    /// <summary>It uses a model, a data set or an engine.</summary>
    AssetUsed = 9,
    /// <summary>Someone added to the deposit.</summary>
    DepositAdded = 10,
    /// <summary>A lease that is being replaced was paid.</summary>
    LeasePaid = 11,
    /// <summary>What a head served is counted.</summary>
    UsageCheckpoint = 12,
    /// <summary>The report is disputed.</summary>
    Disputed = 13,
    /// <summary>A part of the deposit went into an order of its own.</summary>
    SubOrderPlaced = 14,
    /// <summary>That order is over.</summary>
    SubOrderEnded = 15,
}
