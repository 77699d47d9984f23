namespace SwarmCompute.Attestation;

/// <summary>A memory of values by key that forgets what was asked for the longest ago when it is full. Safe for many threads.</summary>
internal sealed class LeastRecent<TKey, TValue>(int entriesMax)
    where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _nodes = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _order = [];
    private readonly Lock _gate = new();

    public bool TryGet(TKey key, out TValue? value)
    {
        lock (_gate)
        {
            value = default;
            if (!_nodes.TryGetValue(key, out var node)) return false;
            value = node.Value.Value;
            _order.Remove(node);
            _order.AddFirst(node);
            return true;
        }
    }

    public void Keep(TKey key, TValue value)
    {
        lock (_gate)
        {
            if (_nodes.Remove(key, out var old)) _order.Remove(old);
            _nodes[key] = _order.AddFirst((key, value));
            if (_nodes.Count <= entriesMax) return;
            _nodes.Remove(_order.Last!.Value.Key);
            _order.RemoveLast();
        }
    }

    public void Forget(TKey key)
    {
        lock (_gate)
        {
            if (_nodes.Remove(key, out var old)) _order.Remove(old);
        }
    }

    public List<TValue> All()
    {
        lock (_gate) return [.. _order.Select(o => o.Value)];
    }
}
