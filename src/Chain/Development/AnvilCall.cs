namespace SwarmCompute.Chain.Development;

/// <summary>A transaction of an account whose key anvil has.</summary>
/// <param name="From">One of <see cref="Anvil.Accounts"/>.</param>
/// <param name="To">Whom it calls.</param>
/// <param name="Data">The call's data; empty to send coin.</param>
/// <param name="Value">Coin to send, in wei.</param>
public sealed record AnvilCall(Address From, Address To, byte[] Data, ulong Value = 0);
