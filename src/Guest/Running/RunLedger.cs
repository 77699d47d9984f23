using System.Collections.Immutable;
using SwarmCompute.Attestation;
using SwarmCompute.Guest.Loader;
using SwarmCompute.Inference;

namespace SwarmCompute.Guest.Running;

/// <summary>What the head remembers for its report: which guests took part, and when. Thread-safe.</summary>
internal sealed class RunLedger
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly List<Part> _parts = [];
    private PipelineMap? _map;
    private long _dropped;

    public RunLedger(Ticket ticket, Hash32 ownKeyHash, TimeProvider time)
    {
        _time = time;
        Started = time.GetUtcNow();
        _parts.Add(new Part(new SwarmIdentity.Guest(ticket.Lease.Order, 0, ticket.Epoch, ticket.Provider), ownKeyHash, Started));
    }

    /// <summary>When the head was certified.</summary>
    public DateTimeOffset Started { get; }

    /// <summary>A new map: whoever is not in it any more took part until now.</summary>
    public void Observe(PipelineMap map)
    {
        lock (_gate)
        {
            if (_map is { } known && map.Generation <= known.Generation) return;
            _map = map;
            var now = _time.GetUtcNow();
            foreach (var part in _parts)
                if (part.Until is null && map.Stages[part.Guest.Slot].Epoch != part.Guest.Epoch) part.Until = now;
        }
    }

    /// <summary>The ring of this generation stands: whoever is in its map takes part.</summary>
    public void ObserveReady(long generation)
    {
        lock (_gate)
        {
            if (_map is not { } map || map.Generation != generation) return;
            foreach (var peer in map.Stages) Add(peer);
        }
    }

    /// <summary>The stages as a report lists them.</summary>
    /// <param name="ranges">The layers of every slot.</param>
    public (ImmutableArray<ReportStage> Listed, long Total) Stages(ImmutableArray<LayerRange> ranges)
    {
        lock (_gate)
            return ([.. _parts.Select(part => Stage(part, ranges[part.Guest.Slot]))], _parts.Count + _dropped);
    }

    private static ReportStage Stage(Part part, LayerRange layers) => new(
        part.Guest.Slot, part.Guest.Epoch, part.Guest.Provider, layers.First, layers.End - 1, part.KeyHash, part.From, part.Until);

    private void Add(StagePeer peer)
    {
        var guest = (SwarmIdentity.Guest)SwarmIdentity.TryRead(peer.Certificate)!;                // the map reader has seen to it
        if (_parts.Any(part => part.Guest == guest)) return;
        _parts.Add(new Part(guest, P256.KeyHash(peer.Certificate), _time.GetUtcNow()));
        if (_parts.Count <= IntegrityReport.ListedMax) return;
        _parts.RemoveAt(1);                                                                       // the oldest after the head itself
        _dropped++;
    }

    private sealed class Part(SwarmIdentity.Guest guest, Hash32 keyHash, DateTimeOffset from)
    {
        public SwarmIdentity.Guest Guest => guest;

        public Hash32 KeyHash => keyHash;

        public DateTimeOffset From => from;

        public DateTimeOffset? Until { get; set; }
    }
}
