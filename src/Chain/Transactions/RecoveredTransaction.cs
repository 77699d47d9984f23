namespace SwarmCompute.Chain.Transactions;

/// <summary>A journalled transaction as it was found.</summary>
/// <param name="Nonce">Its nonce.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="Fate">What became of it.</param>
public sealed record RecoveredTransaction(ulong Nonce, string Purpose, TransactionFate Fate);
