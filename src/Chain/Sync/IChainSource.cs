using System.Collections.Immutable;

namespace SwarmCompute.Chain.Sync;

/// <summary>What the follower reads a chain through: one or several endpoints, none of which is believed alone. Every failure is a <see cref="ChainException"/>.</summary>
internal interface IChainSource
{
    /// <summary>How many endpoints there are, 1 or more.</summary>
    int Endpoints { get; }

    /// <summary>The order book's address.</summary>
    Address Book { get; }

    /// <summary>The block that a tag names; null where there is none.</summary>
    Task<BlockHeader?> Header(int endpoint, string tag, CancellationToken cancel);

    /// <summary>The block of a number; null where there is none.</summary>
    Task<BlockHeader?> Header(int endpoint, ulong number, CancellationToken cancel);

    /// <summary>The block of a hash; null where there is none.</summary>
    Task<BlockHeader?> Header(int endpoint, Hash32 hash, CancellationToken cancel);

    /// <summary>The order book's logs in one block, whatever has become of its number.</summary>
    Task<ImmutableArray<BookLog>> Logs(int endpoint, Hash32 block, CancellationToken cancel);

    /// <summary>The order book's logs in a range of blocks, both ends included; of one order, or of all.</summary>
    Task<ImmutableArray<BookLog>> Logs(int endpoint, ulong first, ulong last, OrderId? order, CancellationToken cancel);
}
