using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Sync;
using SwarmCompute.Grains.ChainFeed;

namespace SwarmCompute.Bench;

/// <summary>
/// A chain in memory, read and decoded already. At first it has orders that run; once released, a final checkpoint after the other of each, spread
/// over blocks as in an order book, in steps as large as the follower takes them.
/// </summary>
internal sealed class CheckpointChain : IChainReader
{
    public const int Orders = 1000;
    public const int CheckpointsAnOrder = 100;
    public const int Events = Orders * CheckpointsAnOrder;
    public const int BlocksAStep = 625;                      // of 5000 that a node allows: halved until the answer is below 16 MiB
    private const int EventsABlock = 20;
    private const int EventsBefore = 3;                      // placed, leased, running
    private const ulong FirstBlock = 1;

    private static readonly LeaseEpoch Epoch = new(1);

    private readonly ImmutableArray<OrderEvent> _begin = [.. Enumerable.Range(1, Orders).SelectMany(Begin)];
    private readonly ImmutableArray<OrderEvent> _checkpoints = [.. Enumerable.Range(0, Events).Select(Checkpoint)];
    private volatile bool _isReleased;
    private long _began;

    public static ChainOptions Options { get; } = new() { Rpc = new Uri("http://127.0.0.1:9"), ChainId = 31337, OrderBook = default, EscrowVault = default, Token = default };

    public static ulong LastBlock => FirstBlock + Events / EventsABlock;

    /// <summary>The sequence of each order's last event.</summary>
    public static uint LastSequence => EventsBefore + CheckpointsAnOrder;

    /// <summary>When the first of the checkpoints were given.</summary>
    public long Began => Volatile.Read(ref _began);

    public static IEnumerable<OrderId> AllOrders => Enumerable.Range(1, Orders).Select(order => new OrderId((ulong)order));

    /// <summary>From here on the checkpoints are there.</summary>
    public void Release() => _isReleased = true;

    public Task<SyncStep> Step(SyncState state, CancellationToken cancel)
    {
        if (state.Final is not { } final) return Task.FromResult(Take(state, _begin, FirstBlock));
        if (!_isReleased || final.Number == LastBlock) return Task.FromResult(new SyncStep([], [], [], state, []));
        Interlocked.CompareExchange(ref _began, Stopwatch.GetTimestamp(), 0);
        var last = Math.Min(final.Number + BlocksAStep, LastBlock);
        var (from, end) = ((int)(final.Number - FirstBlock) * EventsABlock, (int)(last - FirstBlock) * EventsABlock);
        return Task.FromResult(Take(state, _checkpoints[from..end], last) with { IsBehind = last < LastBlock });
    }

    public Task<ImmutableArray<OrderEvent>> ReadOrder(OrderId order, ulong from, SyncState state, CancellationToken cancel) => Task.FromResult<ImmutableArray<OrderEvent>>([]);

    public Task<OrderView?> Read(OrderId order, bool finalized, CancellationToken cancel) => Task.FromResult<OrderView?>(null);

    private static SyncStep Take(SyncState state, ImmutableArray<OrderEvent> events, ulong last) =>
        new([], [], events, SyncRules.Append(state, events, new BlockId(last, BlockHash(last))), []);

    private static IEnumerable<OrderEvent> Begin(int number)
    {
        var (order, at, hash, transaction) = (new OrderId((ulong)number), (uint)(number - 1) * EventsBefore, BlockHash(FirstBlock), Hash(number));
        yield return new OrderEvent.OrderPlaced(order, FirstBlock, hash, at, 1, transaction, default, new OrderRequest
        {
            ManifestHash = Hash(0),
            Token = Options.Token,
            Deposit = new Wei(1_000_000),
            UnitPrice = new Wei(1),
            Slots = 1,
            AuthorityKeyHash = default,
            EndsAt = DateTimeOffset.MaxValue,
        }, new Wei(1), null, 1);
        yield return new OrderEvent.LeaseAssigned(order, FirstBlock, hash, at + 1, 2, transaction, 0, Epoch, default, new OfferId(1), default, default, 0);
        yield return new OrderEvent.OrderRunning(order, FirstBlock, hash, at + 2, 3, transaction);
    }

    private static OrderEvent.UsageCheckpoint Checkpoint(int number)
    {
        var (order, count) = (new OrderId((ulong)(number % Orders) + 1), number / Orders + 1);
        var block = FirstBlock + 1 + (ulong)(number / EventsABlock);
        return new(order, block, BlockHash(block), (uint)(number % EventsABlock), (uint)(EventsBefore + count), Hash(-number), Epoch, (UInt128)count, (UInt128)count);
    }

    private static Hash32 BlockHash(ulong number) => Hash((long)number << 32);

    private static Hash32 Hash(long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        return Hash32.Sha256(bytes);
    }
}
