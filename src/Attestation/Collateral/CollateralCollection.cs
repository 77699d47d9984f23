using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>One collection: asks the cache until its time is up, and notes what could not be had, each thing once.</summary>
/// <param name="cache">The cache.</param>
/// <param name="until">Ends when the collection's time is up, or its caller has gone.</param>
/// <param name="cancel">The caller's.</param>
internal sealed class CollateralCollection(CollateralCache cache, CancellationToken until, CancellationToken cancel)
{
    private readonly Dictionary<string, CollateralProblem> _problems = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CollateralItem> _items = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>The cache.</summary>
    public CollateralCache Cache => cache;

    /// <summary>What could not be had, by subject.</summary>
    public ImmutableArray<CollateralProblem> Problems
    {
        get
        {
            lock (_gate) return [.. _problems.Values.OrderBy(p => p.Subject, StringComparer.Ordinal)];
        }
    }

    /// <summary>The items that were had, each once.</summary>
    public ImmutableArray<CollateralItem> Items
    {
        get
        {
            lock (_gate) return [.. _items.Values.OrderBy(i => i.Key.Text, StringComparer.Ordinal)];
        }
    }

    /// <summary>The item; null, with a problem noted, where it cannot be had.</summary>
    /// <exception cref="OperationCanceledException">The caller has gone.</exception>
    public async Task<CollateralEntry?> Get(CollateralRequest request)
    {
        try
        {
            var lookup = await cache.Get(request, until);
            if (lookup.Problem is { } problem) Note(problem);
            if (lookup.Entry is { Item: var item })
            {
                lock (_gate) _items[item.Key.Text] = item;
            }
            return lookup.Entry;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            Note(new(request.Key.Text, "the time for the collection was up", IsTransient: true));
            return null;
        }
    }

    /// <summary>Notes what is wrong with the evidence.</summary>
    public void NoteEvidence(string why) => Note(new("evidence", why, IsTransient: false));

    /// <summary>Notes a problem, where none is noted of the same subject.</summary>
    public void Note(CollateralProblem problem)
    {
        lock (_gate) _problems.TryAdd(problem.Subject, problem);
    }
}
