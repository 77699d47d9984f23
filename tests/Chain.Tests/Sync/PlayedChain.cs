using System.Collections.Immutable;
using SwarmCompute.Chain.Sync;

namespace SwarmCompute.Chain.Tests.Sync;

/// <summary>A chain in memory that can be reorganized down to what is final.</summary>
internal sealed class PlayedChain
{
    private readonly List<PlayedBlock> _blocks = [];
    private readonly Dictionary<Hash32, PlayedBlock> _all = [];
    private readonly int _salt;
    private int _made;

    public PlayedChain(int salt = 0)
    {
        _salt = salt;
        Mine([]);
    }

    public static Address Book { get; } = Address.Parse("0x00000000000000000000000000000000000000aa");

    public IReadOnlyList<PlayedBlock> Blocks => _blocks;

    public PlayedBlock Head => _blocks[^1];

    public ulong Final { get; private set; }

    public IEnumerable<OrderEvent> Events => _blocks.SelectMany(b => b.Events);

    public IEnumerable<OrderEvent> FinalEvents => Events.Where(e => e.Block <= Final);

    public PlayedBlock? Find(Hash32 hash) => _all.GetValueOrDefault(hash);

    public PlayedBlock? Find(ulong number) => number < (ulong)_blocks.Count ? _blocks[(int)number] : null;

    /// <summary>Makes a block with an event for each order named; an order that ended places none.</summary>
    public void Mine(IEnumerable<int> orders)
    {
        var number = (ulong)_blocks.Count;
        var hash = Hash32.Sha256(BitConverter.GetBytes(++_made + 1_000_000L * _salt));
        var events = new List<OrderEvent>();
        foreach (var order in orders.Select(o => new OrderId((ulong)o + 1)))
        {
            var before = Events.Concat(events).Where(e => e.Order == order).ToList();
            if (before.Any(e => e is OrderEvent.OrderCancelled)) continue;
            events.Add(Next(order, number, hash, (uint)events.Count * 2, (uint)before.Count + 1));
        }
        var block = new PlayedBlock(number, hash, _blocks.Count == 0 ? default : Head.Hash, [.. events]);
        _blocks.Add(block);
        _all[hash] = block;
    }

    /// <summary>Takes blocks away, as far as they are not final.</summary>
    public void Rewind(int depth)
    {
        while (depth-- > 0 && Head.Number > Final) _blocks.RemoveAt(_blocks.Count - 1);
    }

    public void Finalize(int behind) => Final = Math.Max(Final, Head.Number > (ulong)behind ? Head.Number - (ulong)behind : 0);

    private static OrderEvent Next(OrderId order, ulong block, Hash32 hash, uint index, uint sequence) => sequence switch
    {
        1 => new OrderEvent.OrderPlaced(order, block, hash, index, 1, hash, default, new OrderRequest
        {
            ManifestHash = hash,
            Token = default,
            Deposit = new Wei(1),
            UnitPrice = new Wei(1),
            Slots = 1,
            AuthorityKeyHash = hash,
            EndsAt = DateTimeOffset.MaxValue,
        }, new Wei(1), null, 1),
        6 => new OrderEvent.OrderCancelled(order, block, hash, index, sequence, hash, new Wei(1)),
        _ => new OrderEvent.LeaseAssigned(order, block, hash, index, sequence, hash, 0, new LeaseEpoch(sequence), default, default, default, hash, 0),
    };
}

/// <summary>A block of a played chain.</summary>
internal sealed record PlayedBlock(ulong Number, Hash32 Hash, Hash32 Parent, ImmutableArray<OrderEvent> Events)
{
    public ImmutableArray<BookLog> Logs => [.. Events.Select(e => new BookLog(Number, Hash, e.LogIndex, [Topic, TopicOf(e.Order)], e))];

    public BlockHeader Header => new(Number, Hash, Parent, Events.IsEmpty ? default : LogBloom.Of([AddressBytes, .. Logs.SelectMany(l => l.Topics).Select(t => t.ToArray())]), DateTimeOffset.UnixEpoch);

    private static readonly Hash32 Topic = Hash32.Sha256("topic"u8);

    private static byte[] AddressBytes
    {
        get
        {
            var bytes = new byte[Address.Size];
            PlayedChain.Book.CopyTo(bytes);
            return bytes;
        }
    }

    private static Hash32 TopicOf(OrderId order) => Hash32.Sha256(BitConverter.GetBytes(order.Value));
}
