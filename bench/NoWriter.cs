using SwarmCompute.Chain;
using SwarmCompute.Grains.Settlement;

namespace SwarmCompute.Bench;

/// <summary>A chain that nothing is written to.</summary>
internal sealed class NoWriter : IChainWriter
{
    public Task<Hash32> AssignLease(LeaseId lease, LeaseEpoch epoch, OfferId offer, Hash32 measurement, P256Point leaseKey, P256Point authorityKey,
        P256Signature authoritySignature, CancellationToken cancel) => Refuse();

    public Task<Hash32> Checkpoint(OrderId order, LeaseEpoch epoch, ulong units, P256Point key, P256Signature signature, CancellationToken cancel) => Refuse();

    public Task<Hash32> SubmitReport(OrderId order, LeaseEpoch epoch, Hash32 reportHash, ulong units, P256Point key, P256Signature signature, CancellationToken cancel) => Refuse();

    public Task<Hash32> Settle(OrderId order, CancellationToken cancel) => Refuse();

    public Task<Hash32> Expire(OrderId order, CancellationToken cancel) => Refuse();

    private static Task<Hash32> Refuse() => Task.FromException<Hash32>(new ChainException(ChainErrorKind.Rejected, "Nothing is written to this chain."));
}
