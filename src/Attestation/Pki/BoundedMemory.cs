using System.Collections.Concurrent;

namespace SwarmCompute.Attestation;

/// <summary>A memory of values by hash that forgets everything when it is full: bounded without bookkeeping, and what is forgotten is only computed again.</summary>
internal sealed class BoundedMemory<T>(int entriesMax)
{
    private readonly ConcurrentDictionary<Hash32, T> _entries = new();

    public bool TryGet(Hash32 key, out T? value) => _entries.TryGetValue(key, out value);

    public void Keep(Hash32 key, T value)
    {
        if (_entries.Count >= entriesMax) _entries.Clear();
        _entries[key] = value;
    }
}
