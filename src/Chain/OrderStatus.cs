namespace SwarmCompute.Chain;

/// <summary>The state of an order on chain, with the numbers that the OrderBook contract uses.</summary>
public enum OrderStatus
{
    /// <summary>No such order.</summary>
    None,

    /// <summary>Placed and paid for; not every slot has a lease.</summary>
    Open,

    /// <summary>Every slot has had a lease.</summary>
    Running,

    /// <summary>The customer asked to stop; the report may still come.</summary>
    Closing,

    /// <summary>Settled: the providers are paid, the rest went back. Terminal.</summary>
    Completed,

    /// <summary>Closed by the customer before it ran, with a full refund. Terminal.</summary>
    Cancelled,

    /// <summary>Past its end without a report: what checkpoints counted is paid, the rest went back. Terminal.</summary>
    Expired,

    /// <summary>The customer disputes the report; the court decides.</summary>
    Disputed,
}
