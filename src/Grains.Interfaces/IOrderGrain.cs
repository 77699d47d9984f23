using Orleans.Concurrency;

namespace SwarmCompute.Grains.Interfaces;

/// <summary>One order: follows the chain and sees to it that the swarm does what the order asks. Keyed by the order id in decimal.</summary>
[Alias("swarm.IOrderGrain")]
public interface IOrderGrain : IGrainWithStringKey
{
    /// <summary>Remembers finalized events; repeated and late ones change nothing. Effects follow at the next <see cref="Reconcile"/>.</summary>
    /// <returns>Observed, Unchanged or Refused.</returns>
    [Alias("Observe"), ResponseTimeout("00:00:05")]
    Task<OrderDecision> Observe(ImmutableArray<OrderEventRecord> events, CancellationToken cancel);

    /// <summary>Does whatever is missing now. May fail anywhere and be called again at any time.</summary>
    /// <returns>Followed, Over or NotFound.</returns>
    [Alias("Reconcile"), ResponseTimeout("00:00:10")]
    Task<OrderDecision> Reconcile(CancellationToken cancel);

    /// <summary>All that is shown of the order; null where the chain has not told of it. Does not wait for a running <see cref="Reconcile"/>.</summary>
    [Alias("Read"), ResponseTimeout("00:00:03"), AlwaysInterleave]
    Task<OrderSnapshot?> Read(CancellationToken cancel);

    /// <summary>The signed report file; null until there is one. Stays when the guests are gone.</summary>
    [Alias("ReadReport"), ResponseTimeout("00:00:03"), AlwaysInterleave]
    Task<byte[]?> ReadReport(CancellationToken cancel);
}
