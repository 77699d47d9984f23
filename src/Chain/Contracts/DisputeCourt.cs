using SwarmCompute.Chain.Abi;

namespace SwarmCompute.Chain.Contracts;

/// <summary>The DisputeCourt contract. Methods that change something wait until they are mined, and throw <see cref="ChainException"/>.</summary>
/// <param name="client">The chain.</param>
/// <param name="address">The contract.</param>
/// <param name="signer">The customer, the arbiter, or for <see cref="Conclude"/> anyone; null where disputes are only read.</param>
public sealed class DisputeCourt(ChainClient client, Address address, Account? signer)
{
    private readonly Contract _contract = new(client, address, signer);

    /// <summary>Disputes a report within the order's window; takes the bond from what the signer has approved to the vault. Only the order's customer may.</summary>
    public Task<Hash32> Open(OrderId order, Hash32 evidenceHash, CancellationToken cancel) => _contract.Transact(DisputeCourtAbi.EncodeOpen(order.Value, evidenceHash), cancel);

    /// <summary>Decides before the deadline. Only the arbiter may.</summary>
    /// <param name="order">The order.</param>
    /// <param name="customerBps">What of every part that is not yet paid goes to the customer, in 1/10000.</param>
    /// <param name="slashed">Whose stake is taken, at most what is locked for the order; the zero address with no amount for none.</param>
    /// <param name="slashAmount">How much of it goes to the customer.</param>
    /// <param name="cancel">Stops the wait.</param>
    public Task<Hash32> Resolve(OrderId order, ushort customerBps, Address slashed, Wei slashAmount, CancellationToken cancel) =>
        _contract.Transact(DisputeCourtAbi.EncodeResolve(order.Value, customerBps, slashed, slashAmount.Value), cancel);

    /// <summary>Settles as reported, when the arbiter has let the deadline pass. Anyone may.</summary>
    public Task<Hash32> Conclude(OrderId order, CancellationToken cancel) => _contract.Transact(DisputeCourtAbi.EncodeConclude(order.Value), cancel);

    /// <summary>What opening a dispute takes.</summary>
    /// <exception cref="ChainException">No answer.</exception>
    public async Task<Wei> Bond(CancellationToken cancel) => new(await _contract.Ask<UInt128>(DisputeCourtAbi.EncodeBOND(), DisputeCourtAbi.TryDecodeBOND, cancel).ConfigureAwait(false));

    /// <summary>Until when the arbiter may decide an open dispute, as of the newest block; null where none is open.</summary>
    /// <exception cref="ChainException">No answer.</exception>
    public async Task<DateTimeOffset?> DeadlineOf(OrderId order, CancellationToken cancel)
    {
        var dispute = await _contract.Ask<DisputeCourtAbi.Dispute>(DisputeCourtAbi.EncodeDisputeOf(order.Value), DisputeCourtAbi.TryDecodeDisputeOf, cancel).ConfigureAwait(false);
        return dispute.Opener.IsZero ? null : OrderEventReader.Instant(dispute.Deadline);
    }
}
