using System.Collections.Concurrent;

namespace SwarmCompute.Attestation;

/// <summary>
/// A memory of values by hash, in two generations: when the younger is full it becomes the older, and what the older held and nobody asked for
/// since is forgotten. So it is bounded without bookkeeping, one who sends ever new evidence does not drive out what others use, and what is
/// forgotten is only computed again. Only what follows from the hashed bytes alone may be kept here: never a verdict of a time or a policy.
/// </summary>
/// <param name="entriesMax">The most entries of a generation; at most twice as many are held.</param>
internal sealed class BoundedMemory<T>(int entriesMax)
{
    private readonly Lock _turning = new();
    private volatile ConcurrentDictionary<Hash32, T> _young = new(), _old = new();

    public bool TryGet(Hash32 key, out T? value)
    {
        if (_young.TryGetValue(key, out value)) return true;
        if (!_old.TryGetValue(key, out value)) return false;
        Keep(key, value);
        return true;
    }

    public void Keep(Hash32 key, T value)
    {
        if (_young.Count >= entriesMax) Turn();
        _young[key] = value;
    }

    public void Clear()
    {
        lock (_turning) (_young, _old) = (new(), new());
    }

    private void Turn()
    {
        lock (_turning)
        {
            if (_young.Count >= entriesMax) (_old, _young) = (_young, new());
        }
    }
}
