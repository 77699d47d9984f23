using System.Collections.Immutable;

namespace SwarmCompute.Client.Orders;

/// <summary>What the swarm says about one order. The chain has the last word on money; this says what runs where.</summary>
public sealed record OrderProgress
{
    /// <summary>The order.</summary>
    public required OrderId Order { get; init; }

    /// <summary>The swarm's view: Open, Matching, Provisioning, Running, Settling, Completed, Cancelled, Expired or Failed.</summary>
    public required string Status { get; init; }

    /// <summary>The chain's view, as of the last finalized block that the swarm has read.</summary>
    public required string ChainStatus { get; init; }

    /// <summary>One line that says why the order is not placed; null where it is.</summary>
    public string? Why { get; init; }

    /// <summary>The hash of the manifest that the order commits to; null where an older silo does not say.</summary>
    public Hash32? ManifestHash { get; init; }

    /// <summary>The generation of the pipeline's map; rises when a stage moves.</summary>
    public long Generation { get; init; }

    /// <summary>Where prompts go; null while there is none.</summary>
    public Head? Head { get; init; }

    /// <summary>The current lease of each slot.</summary>
    public ImmutableArray<LeaseProgress> Leases { get; init; } = [];

    /// <summary>The standbys of the slots that have one.</summary>
    public ImmutableArray<StandbyProgress> Standbys { get; init; } = [];

    /// <summary>The leases that were lost or handed over, with the reasons.</summary>
    public ImmutableArray<LostLease> Lost { get; init; } = [];

    /// <summary>The transactions that the swarm sent for this order, in order.</summary>
    public ImmutableArray<Hash32> Transactions { get; init; } = [];

    /// <summary>The hash of the integrity report, once it is on chain.</summary>
    public Hash32? ReportHash { get; init; }

    /// <summary>Completion tokens served so far.</summary>
    public long Usage { get; init; }

    /// <summary>Whether nothing will happen to this order any more.</summary>
    public bool IsOver => Status is "Completed" or "Cancelled" or "Expired" or "Failed";
}
