using System.Collections.Concurrent;

namespace SwarmCompute.Chain.Development;

/// <summary>A plan as it goes on: what has happened, and what is due.</summary>
internal sealed class FaultSchedule
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<RpcFault, int> _injected = new();
    private readonly Random _random;
    private List<Entry> _entries;

    /// <summary>Begins.</summary>
    public FaultSchedule(FaultPlan plan)
    {
        _random = new Random(plan.Seed);
        _entries = [.. plan.Rules.Select(rule => new Entry(rule))];
    }

    /// <summary>How often each fault happened.</summary>
    public IReadOnlyDictionary<RpcFault, int> Injected => _injected;

    /// <summary>Adds a rule, before the others.</summary>
    public void Add(FaultRule rule)
    {
        lock (_lock) _entries = [new Entry(rule), .. _entries];
    }

    /// <summary>Ends all rules.</summary>
    public void Clear()
    {
        lock (_lock) _entries = [];
    }

    /// <summary>The fault that meets a request; null for none.</summary>
    public RpcFault? Next(string method, string parameters)
    {
        lock (_lock)
        {
            foreach (var entry in _entries)
            {
                if (!entry.Rule.Meets(method, parameters) || entry.Seen++ < entry.Rule.After || entry.Done >= entry.Rule.Times) continue;
                if (entry.Rule.Probability < 1 && _random.NextDouble() >= entry.Rule.Probability) continue;
                entry.Done++;
                _injected.AddOrUpdate(entry.Rule.Fault, 1, (_, before) => before + 1);
                return entry.Rule.Fault;
            }
            return null;
        }
    }

    private sealed class Entry(FaultRule rule)
    {
        public FaultRule Rule { get; } = rule;

        public int Seen { get; set; }

        public int Done { get; set; }
    }
}
