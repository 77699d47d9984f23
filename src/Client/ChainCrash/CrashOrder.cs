namespace SwarmCompute.Client.ChainCrash;

/// <summary>An order that has run and waits to be paid.</summary>
/// <param name="Id">The order.</param>
/// <param name="Report">Its head's signed report, as a file.</param>
/// <param name="Due">What its provider is to get, no more and no less.</param>
internal sealed record CrashOrder(OrderId Id, byte[] Report, Wei Due);
