using SwarmCompute.Chain;

namespace SwarmCompute.Grains.Settlement;

/// <summary>
/// The port through which grains write to the chain, with the account of the silo that they run in; the contract lets anyone make these calls.
/// Each returns when its transaction is mined. Every failure is a <see cref="ChainException"/>.
/// </summary>
public interface IChainWriter
{
    /// <summary>Tells the contract of a slot's lease.</summary>
    /// <returns>The transaction.</returns>
    /// <exception cref="ChainException">Not mined in time, refused, or the chain cannot be reached.</exception>
    Task<Hash32> AssignLease(LeaseId lease, LeaseEpoch epoch, OfferId offer, Hash32 measurement, P256Point leaseKey, P256Point authorityKey,
        P256Signature authoritySignature, CancellationToken cancel);

    /// <summary>Tells the contract what a head has served; several of these may share a transaction.</summary>
    /// <returns>The transaction.</returns>
    /// <exception cref="ChainException">Not mined in time, refused, or the chain cannot be reached.</exception>
    Task<Hash32> Checkpoint(OrderId order, LeaseEpoch epoch, ulong units, P256Point key, P256Signature signature, CancellationToken cancel);

    /// <summary>Tells the contract of the head's report.</summary>
    /// <returns>The transaction.</returns>
    /// <exception cref="ChainException">Not mined in time, refused, or the chain cannot be reached.</exception>
    Task<Hash32> SubmitReport(OrderId order, LeaseEpoch epoch, Hash32 reportHash, ulong units, P256Point key, P256Signature signature,
        CancellationToken cancel);

    /// <summary>Has the contract divide the deposit.</summary>
    /// <returns>The transaction.</returns>
    /// <exception cref="ChainException">Not mined in time, refused, or the chain cannot be reached.</exception>
    Task<Hash32> Settle(OrderId order, CancellationToken cancel);

    /// <summary>Has the contract end an order that is past its end and has no report.</summary>
    /// <returns>The transaction.</returns>
    /// <exception cref="ChainException">Not mined in time, refused, or the chain cannot be reached.</exception>
    Task<Hash32> Expire(OrderId order, CancellationToken cancel);
}
