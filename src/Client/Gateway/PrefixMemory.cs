using System.Collections.Immutable;

namespace SwarmCompute.Client.Gateway;

/// <summary>Which beginnings of prompts each replica has seen lately. The block that was used longest ago is forgotten first. Not for several threads.</summary>
/// <param name="blocksMax">The most blocks that are remembered.</param>
internal sealed class PrefixMemory(int blocksMax)
{
    /// <summary>The most replicas: each is a bit of an entry.</summary>
    public const int ReplicasMax = 32;

    private readonly Dictionary<UInt128, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _latestFirst = [];

    /// <summary>How many blocks are remembered.</summary>
    public int Count => _entries.Count;

    /// <summary>How many blocks, from the first on, the replica has seen.</summary>
    public int Seen(ImmutableArray<UInt128> blocks, int replica)
    {
        var seen = 0;
        while (seen < blocks.Length && _entries.TryGetValue(blocks[seen], out var entry) && (entry.Value.Replicas & Bit(replica)) != 0) seen++;
        return seen;
    }

    /// <summary>The replica sees these blocks now.</summary>
    public void Remember(ImmutableArray<UInt128> blocks, int replica)
    {
        for (var index = blocks.Length - 1; index >= 0; index--)             // the last first: a beginning outlives what follows it
        {
            var before = _entries.TryGetValue(blocks[index], out var node) ? node.Value.Replicas : 0;
            if (node is not null) _latestFirst.Remove(node);
            _entries[blocks[index]] = _latestFirst.AddFirst(new Entry(blocks[index], before | Bit(replica)));
        }
        while (_entries.Count > blocksMax)
        {
            _entries.Remove(_latestFirst.Last!.Value.Block);
            _latestFirst.RemoveLast();
        }
    }

    /// <summary>The replica begins anew: it has seen nothing.</summary>
    public void Forget(int replica)
    {
        for (var node = _latestFirst.First; node is not null; node = node.Next)
            node.Value = node.Value with { Replicas = node.Value.Replicas & ~Bit(replica) };
    }

    private static uint Bit(int replica) => 1u << replica;

    private readonly record struct Entry(UInt128 Block, uint Replicas);
}
