namespace SwarmCompute.Chain;

/// <summary>An order that another one paid for.</summary>
/// <param name="Order">The order.</param>
/// <param name="Deposit">What went into it.</param>
/// <param name="Returned">What came back; null while it is not over.</param>
public sealed record SubOrderOnChain(OrderId Order, Wei Deposit, Wei? Returned);
