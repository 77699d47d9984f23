using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>
/// Keeps what vendors publish, in memory and in a directory, and asks for it again ahead of its end while the old one is served. Only what is
/// signed under the vendors' roots gets in, and nothing replaces what the vendor made later. Requests for one item share one fetch.
/// </summary>
public sealed class CollateralCache : IAsyncDisposable
{
    private readonly CollateralOptions _options;
    private readonly TrustRoots _roots;
    private readonly TimeProvider _time;
    private readonly CollateralStore? _store;
    private readonly CollateralFetches _fetches;
    private readonly LeastRecent<string, CollateralEntry> _memory;
    private readonly Lock _gate = new();
    private long _latestSigned;

    /// <summary>A cache; nothing is read or asked for yet.</summary>
    /// <param name="options">Where and for how long.</param>
    /// <param name="roots">The roots under which items are believed.</param>
    /// <param name="vendor">Who is asked; null: nobody, as for a bundle without a network.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentException">An option is out of its range; the message names all that are.</exception>
    public CollateralCache(CollateralOptions options, TrustRoots roots, ICollateralVendor? vendor, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Faults() is { Count: > 0 } faults) throw new ArgumentException(string.Join("; ", faults), nameof(options));
        (_options, _roots, _time) = (options, roots, time);
        _store = options.Directory is { } directory ? new(directory, options, time) : null;
        _memory = new(options.ItemsMax);
        _fetches = new(vendor, options, time, Admit);
    }

    /// <summary>Why the directory could not be written the last time, in one line; null where it could.</summary>
    public string? StoreProblem { get; private set; }

    /// <summary>The latest time at which a vendor made an item that was taken since the start.</summary>
    public DateTimeOffset LatestSigned => new(Volatile.Read(ref _latestSigned), TimeSpan.Zero);

    /// <summary>Takes a bundle's items: those that are the vendors' and not older than what is there.</summary>
    /// <returns>What was not taken, and why.</returns>
    public ImmutableArray<CollateralProblem> Add(CollateralBundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        var problems = ImmutableArray.CreateBuilder<CollateralProblem>();
        foreach (var item in bundle.Items)
            if (Admit(item) is { Entry: null, Problem: { } problem }) problems.Add(problem with { IsTransient = false });
        return problems.ToImmutable();
    }

    /// <summary>Everything that is there, each item once; nothing is asked for.</summary>
    public CollateralBundle Export()
    {
        var items = new SortedDictionary<string, CollateralItem>(StringComparer.Ordinal);
        foreach (var item in _store?.All() ?? [])
            if (CollateralEntry.Open(item, _roots, out _) is not null) items[item.Key.Text] = item;
        foreach (var entry in _memory.All()) items[entry.Item.Key.Text] = entry.Item;
        return new([.. items.Values.Take(CollateralBundle.ItemsMax)]);
    }

    /// <summary>When an item was made and when it ends; null, and why, where it is not the vendor's.</summary>
    public (DateTimeOffset IssuedAt, DateTimeOffset EndsAt)? Times(CollateralItem item, out string fault)
    {
        ArgumentNullException.ThrowIfNull(item);
        return CollateralContent.Read(item, _roots, out fault) is { } content ? (content.IssuedAt, content.EndsAt) : null;
    }

    /// <summary>Ends the fetches that are under way.</summary>
    public ValueTask DisposeAsync() => _fetches.DisposeAsync();

    /// <summary>The item: at once where it is at hand and of its time, else when the vendor has answered.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; the fetch goes on for others.</exception>
    internal async Task<CollateralLookup> Get(CollateralRequest request, CancellationToken cancel)
    {
        var now = _time.GetUtcNow();
        var held = Held(request.Key, now);
        if (held is not null && !held.IsDue(now)) return new(held, null);
        var fetch = _fetches.Share(request);
        if (held is not null && !held.IsOver(now)) return new(held, null);
        var fetched = await fetch.WaitAsync(cancel);
        if (fetched.Entry is { } entry) return new(entry, null);
        if (held is null || (_fetches.IsOnline && now - held.Content.EndsAt > _options.Grace)) return fetched;
        return new(held, new(request.Key.Text, $"stale since {held.Content.EndsAt:u}: {fetched.Problem?.Why}", IsTransient: true));
    }

    /// <summary>Whether an item is at hand, of whatever age.</summary>
    internal bool Has(CollateralKey key) => Held(key, _time.GetUtcNow()) is not null;

    /// <summary>Takes an item that is authentic on its own, as one that came with the evidence.</summary>
    internal CollateralLookup Admit(CollateralItem item)
    {
        if (CollateralEntry.Open(item, _roots, out var fault) is not { } entry)
            return new(null, new(item.Key.Text, $"what came is not it: {fault}", IsTransient: true));
        var held = Held(item.Key, DateTimeOffset.MaxValue);
        if (held is not null && entry.Content.IsOlderThan(held.Content))
            return new(null, new(item.Key.Text, $"what came is of {entry.Content.IssuedAt:u}, older than what is here", IsTransient: true));
        if (_store is not null) StoreProblem = _store.Write(item);      // before memory: whoever sees it here may look for it there
        return new(Keep(entry), null);
    }

    /// <summary>The item in memory; where it is due, or not there, the directory may have a newer one of another process.</summary>
    private CollateralEntry? Held(CollateralKey key, DateTimeOffset now)
    {
        var inMemory = _memory.TryGet(key.Text, out var kept) ? kept : null;
        if (_store is null || (inMemory is not null && !inMemory.IsDue(now))) return inMemory;
        if (_store.Read(key) is not { } item || (inMemory is not null && item.FetchedAt <= inMemory.Item.FetchedAt)) return inMemory;
        return CollateralEntry.Open(item, _roots, out _) is { } entry ? Keep(entry) : inMemory;
    }

    // Whoever reads the file that a fetch has just written keeps the fetch's own entry, or the fetch keeps his: parsed parts hang on it.
    private static bool IsSame(CollateralEntry one, CollateralEntry other) => one.Hash == other.Hash && one.Item.FetchedAt == other.Item.FetchedAt;

    /// <summary>Remembers an entry, where none that is newer is remembered.</summary>
    private CollateralEntry Keep(CollateralEntry entry)
    {
        lock (_gate)
        {
            var key = entry.Item.Key.Text;
            if (_memory.TryGet(key, out var held) && (entry.Content.IsOlderThan(held!.Content) || IsSame(entry, held))) return held;
            _memory.Keep(key, entry);
            if (entry.Content.IssuedAt.UtcTicks > _latestSigned) Volatile.Write(ref _latestSigned, entry.Content.IssuedAt.UtcTicks);
            return entry;
        }
    }
}
