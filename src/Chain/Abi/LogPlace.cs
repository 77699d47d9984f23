namespace SwarmCompute.Chain.Abi;

/// <summary>Where a log stands.</summary>
/// <param name="Contract">Who emitted it.</param>
/// <param name="Block">Its block's number.</param>
/// <param name="BlockHash">Its block's hash.</param>
/// <param name="Index">Its place among all logs of the block.</param>
/// <param name="Transaction">The transaction that emitted it.</param>
/// <param name="Removed">Whether the endpoint says that its block is no longer on the chain.</param>
internal readonly record struct LogPlace(Address Contract, ulong Block, Hash32 BlockHash, uint Index, Hash32 Transaction, bool Removed);
