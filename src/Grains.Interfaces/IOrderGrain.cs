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

    /// <summary>Replaces all that the order was told of blocks that are not final. It is shown; nothing acts on it.</summary>
    /// <param name="tail">Its events in such blocks, in order; empty where there are none any more.</param>
    /// <param name="cancel">Stops the call.</param>
    /// <returns>Observed, Unchanged or Refused.</returns>
    [Alias("Foresee"), ResponseTimeout("00:00:05")]
    Task<OrderDecision> Foresee(ImmutableArray<OrderEventRecord> tail, CancellationToken cancel);

    /// <summary>All that the chain has told of the order. Does not wait for a running <see cref="Reconcile"/>.</summary>
    [Alias("ReadChain"), ResponseTimeout("00:00:03"), AlwaysInterleave]
    Task<OrderChainRecord> ReadChain(CancellationToken cancel);

    /// <summary>Does whatever is missing now. May fail anywhere and be called again at any time.</summary>
    /// <returns>Followed, Over or NotFound.</returns>
    [Alias("Reconcile"), ResponseTimeout("00:00:10")]
    Task<OrderDecision> Reconcile(CancellationToken cancel);

    /// <summary>All that is shown of the order; null where the chain has not told of it. Does not wait for a running <see cref="Reconcile"/>.</summary>
    [Alias("Read"), ResponseTimeout("00:00:03"), AlwaysInterleave]
    Task<OrderSnapshot?> Read(CancellationToken cancel);

    /// <summary>Takes the signed report from whoever has it, for when its guest or silo is gone; what the head's key did not sign is refused.</summary>
    /// <returns>Observed, Unchanged (there is one), Refused or NotFound.</returns>
    [Alias("GiveReport"), ResponseTimeout("00:00:05")]
    Task<OrderDecision> GiveReport(byte[] file, CancellationToken cancel);

    /// <summary>Says where the order's phases are announced from now on, as its customer signed; what was announced before is not repeated.</summary>
    /// <param name="url">The address; empty for nowhere.</param>
    /// <param name="signature">r‖s‖v over the registration's text, 65 bytes.</param>
    /// <param name="cancel">Gives the call up.</param>
    /// <returns>Observed, Unchanged (it is the address already), Refused or NotFound.</returns>
    [Alias("SetWebhook"), ResponseTimeout("00:00:05")]
    Task<OrderDecision> SetWebhook(string url, byte[] signature, CancellationToken cancel);

    /// <summary>The signed report file; null until there is one. Stays when the guests are gone.</summary>
    [Alias("ReadReport"), ResponseTimeout("00:00:03"), AlwaysInterleave]
    Task<byte[]?> ReadReport(CancellationToken cancel);
}
