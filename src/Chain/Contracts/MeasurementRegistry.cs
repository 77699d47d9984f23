using SwarmCompute.Chain.Abi;

namespace SwarmCompute.Chain.Contracts;

/// <summary>The MeasurementRegistry contract: what guests may run. Methods that change something wait until they are mined, and throw <see cref="ChainException"/>.</summary>
/// <param name="client">The chain.</param>
/// <param name="address">The contract.</param>
/// <param name="signer">The owner or the guardian; null where the registry is only read.</param>
public sealed class MeasurementRegistry(ChainClient client, Address address, Account? signer)
{
    private readonly Contract _contract = new(client, address, signer);

    /// <summary>Makes a measurement valid after the registry's delay. Only the owner may.</summary>
    public Task<Hash32> Propose(Hash32 measurement, MeasuredPlatform platform, Hash32 releaseHash, DateTimeOffset validUntil, CancellationToken cancel) =>
        _contract.Transact(MeasurementRegistryAbi.EncodePropose(measurement, (byte)platform, releaseHash, OrderCalls.Seconds(validUntil)), cancel);

    /// <summary>Ends a measurement at once and for good. Only the guardian and the owner may.</summary>
    public Task<Hash32> Revoke(Hash32 measurement, CancellationToken cancel) => _contract.Transact(MeasurementRegistryAbi.EncodeRevoke(measurement), cancel);

    /// <summary>Whether leases may have a measurement, as of the newest block.</summary>
    /// <exception cref="ChainException">No answer.</exception>
    public Task<bool> IsActive(Hash32 measurement, CancellationToken cancel) =>
        _contract.Ask<bool>(MeasurementRegistryAbi.EncodeIsActive(measurement), MeasurementRegistryAbi.TryDecodeIsActive, cancel);

    /// <summary>The number of changes so far, as of the newest block.</summary>
    /// <exception cref="ChainException">No answer.</exception>
    public Task<uint> PolicyVersion(CancellationToken cancel) =>
        _contract.Ask<uint>(MeasurementRegistryAbi.EncodePolicyVersion(), MeasurementRegistryAbi.TryDecodePolicyVersion, cancel);
}
