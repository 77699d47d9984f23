using System.Collections.Immutable;

namespace SwarmCompute.Chain.Sync;

/// <summary>A log of the order book.</summary>
/// <param name="Block">Its block's number.</param>
/// <param name="BlockHash">Its block's hash.</param>
/// <param name="Index">Its place among all logs of the block.</param>
/// <param name="Topics">Its topics.</param>
/// <param name="Event">What it says of an order; null where it says nothing that the follower keeps.</param>
internal sealed record BookLog(ulong Block, Hash32 BlockHash, uint Index, ImmutableArray<Hash32> Topics, OrderEvent? Event);
