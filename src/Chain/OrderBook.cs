using System.Collections.Immutable;
using SwarmCompute.Chain.Abi;
using SwarmCompute.Chain.JsonRpc;

namespace SwarmCompute.Chain;

/// <summary>
/// The OrderBook contract. Every method that changes something sends a transaction, waits until it is mined and gives its hash; it throws
/// <see cref="ChainException"/>, for a refusal with the contract's error as <see cref="ChainException.ErrorName"/>.
/// </summary>
public sealed class OrderBook
{
    private readonly ChainClient _client;
    private readonly Contract _contract;

    /// <summary>The order book as an account calls it.</summary>
    /// <param name="client">The chain.</param>
    /// <param name="signer">Who sends transactions; null where orders are only read.</param>
    public OrderBook(ChainClient client, Account? signer) : this(client, new Contract(client, client.Options.OrderBook, signer))
    {
    }

    private OrderBook(ChainClient client, Contract contract) => (_client, _contract) = (client, contract);

    /// <summary>The order book as an outbox calls it: a call that is made again while its transaction is not final is that transaction (<see cref="TransactionSender.SendOnce"/>).</summary>
    /// <param name="client">The chain.</param>
    /// <param name="outbox">Who sends transactions.</param>
    public static OrderBook ForOutbox(ChainClient client, TransactionSender outbox) => new(client, new Contract(client, client.Options.OrderBook, outbox.SendOnce));

    /// <summary>
    /// Places an order; the vault must have an allowance of the signer for the deposit. The order is in a block, which may not be final
    /// yet: nothing is to be given for it before <see cref="Sync.ChainSync"/> delivers it as final.
    /// </summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="assets">The models, data sets and engines that it uses, 8 at most, in the order's token.</param>
    /// <param name="cancel">Stops the wait.</param>
    public Task<(OrderId Order, Hash32 Tx)> PlaceOrder(OrderRequest request, ImmutableArray<AssetUse> assets, CancellationToken cancel) =>
        Place(OrderBookAbi.EncodePlaceOrder(OrderCalls.Request(request), OrderCalls.Uses(assets)), cancel);

    /// <summary>Places an order for a customer that signed it (<see cref="OrderDigest.PlaceOrder"/>) and that pays for it; the signer pays for gas only.</summary>
    /// <param name="customer">The customer.</param>
    /// <param name="request">What it asks for; with an external id.</param>
    /// <param name="assets">What the order uses.</param>
    /// <param name="deadline">Until when it may be placed.</param>
    /// <param name="signature">The customer's: r‖s‖v of 65 bytes for an account (<see cref="SignOrder"/>), whatever it takes for a contract (ERC-1271).</param>
    /// <param name="cancel">Stops the wait.</param>
    public Task<(OrderId Order, Hash32 Tx)> PlaceOrderFor(
        Address customer, OrderRequest request, ImmutableArray<AssetUse> assets, DateTimeOffset deadline, ReadOnlyMemory<byte> signature, CancellationToken cancel) =>
        Place(OrderBookAbi.EncodePlaceOrderFor(customer, OrderCalls.Request(request), OrderCalls.Uses(assets), OrderCalls.Seconds(deadline), signature.Span), cancel);

    /// <summary>What a customer gives to whoever places its order: its signature r‖s‖v, with v 27 or 28.</summary>
    public byte[] SignOrder(Account customer, OrderRequest request, ImmutableArray<AssetUse> assets, DateTimeOffset deadline)
    {
        var digest = OrderDigest.PlaceOrder(_client.Options.ChainId, _client.Options.OrderBook, customer.Address, request, assets, deadline);
        var signature = customer.Sign(digest);
        return [.. signature.R.ToArray(), .. signature.S.ToArray(), (byte)(27 + signature.YParity)];
    }

    /// <summary>Places an order that is paid from what is left of another one's deposit; what it does not use goes back there. Only the parent's customer may.</summary>
    public Task<(OrderId Order, Hash32 Tx)> PlaceSubOrder(OrderId parent, OrderRequest request, ImmutableArray<AssetUse> assets, CancellationToken cancel) =>
        Place(OrderBookAbi.EncodePlaceSubOrder(parent.Value, OrderCalls.Request(request), OrderCalls.Uses(assets)), cancel);

    /// <summary>Adds to an order's deposit from the signer's tokens. Anyone may, while it is open or running and has not reported.</summary>
    public Task<Hash32> AddDeposit(OrderId order, Wei amount, CancellationToken cancel) =>
        _contract.Transact(OrderBookAbi.EncodeAddDeposit(order.Value, amount.Value), cancel);

    /// <summary>Gives a slot to the owner of a compute offer, as the authority signed (<see cref="OrderDigest.Lease"/>). Anyone may send it.</summary>
    public Task<Hash32> AssignLease(
        LeaseId lease, LeaseEpoch epoch, OfferId offer, Hash32 measurement, P256Point leaseKey, P256Point authorityKey, P256Signature authoritySignature, CancellationToken cancel) =>
        _contract.Transact(OrderBookAbi.EncodeAssignLease(
            lease.Order.Value, (byte)lease.Slot, epoch.Value, offer.Value, measurement, leaseKey.X, leaseKey.Y, OrderCalls.Signed(authorityKey, authoritySignature)), cancel);

    /// <summary>Counts what slot 0's lease key signed. Anyone may send it.</summary>
    public Task<Hash32> Checkpoint(OrderCheckpoint checkpoint, CancellationToken cancel) =>
        _contract.Transact(OrderBookAbi.EncodeCheckpoint(Words(checkpoint)), cancel);

    /// <summary>Counts many checkpoints, 64 at most, of any orders. What <see cref="Checkpoint"/> would refuse is skipped.</summary>
    /// <returns>The transaction, and the orders whose checkpoints were skipped, one for each.</returns>
    public async Task<(Hash32 Tx, ImmutableArray<OrderId> Skipped)> CheckpointBatch(ImmutableArray<OrderCheckpoint> checkpoints, CancellationToken cancel)
    {
        var receipt = await _contract.Send(OrderBookAbi.EncodeCheckpointBatch([.. checkpoints.Select(Words)]), cancel).ConfigureAwait(false);
        var skipped = _contract.Events<OrderBookAbi.CheckpointSkippedEvent>(receipt, OrderBookAbi.CheckpointSkippedEvent.TryRead);
        return (receipt.Transaction, [.. skipped.Select(e => new OrderId(e.OrderId))]);
    }

    /// <summary>Asks an order to stop: one that never ran is cancelled and refunded. Only the customer may.</summary>
    public Task<Hash32> CloseOrder(OrderId order, CancellationToken cancel) => _contract.Transact(OrderBookAbi.EncodeCloseOrder(order.Value), cancel);

    /// <summary>Records the report, as slot 0's lease key signed (<see cref="OrderDigest.Report"/>). Anyone may send it, once per order.</summary>
    public Task<Hash32> SubmitReport(OrderId order, LeaseEpoch epoch, Hash32 reportHash, UInt128 units, P256Point key, P256Signature signature, CancellationToken cancel) =>
        _contract.Transact(OrderBookAbi.EncodeSubmitReport(order.Value, epoch.Value, reportHash, units, OrderCalls.Signed(key, signature)), cancel);

    /// <summary>Divides the deposit of an order that has reported. The customer may at once, anyone when the dispute window is over.</summary>
    public Task<Hash32> Settle(OrderId order, CancellationToken cancel) => _contract.Transact(OrderBookAbi.EncodeSettle(order.Value), cancel);

    /// <summary>Ends an order that is past its end and has no report. Anyone may.</summary>
    public Task<Hash32> Expire(OrderId order, CancellationToken cancel) => _contract.Transact(OrderBookAbi.EncodeExpire(order.Value), cancel);

    /// <summary>Frees the stakes that a provider's replaced leases left locked in an order that is over and could have been disputed. Anyone may.</summary>
    public Task<Hash32> ReleaseStake(OrderId order, Address provider, CancellationToken cancel) =>
        _contract.Transact(OrderBookAbi.EncodeReleaseStake(order.Value, provider), cancel);

    /// <summary>Stops new orders and leases, and nothing that ends an order. Only the guardian and the owner may.</summary>
    public Task<Hash32> Pause(CancellationToken cancel) => _contract.Transact(OrderBookAbi.EncodePause(), cancel);

    /// <summary>Ends the pause. Only the owner may.</summary>
    public Task<Hash32> Unpause(CancellationToken cancel) => _contract.Transact(OrderBookAbi.EncodeUnpause(), cancel);

    /// <summary>A customer's order by its own id, as of the newest block; null where there is none.</summary>
    /// <exception cref="ChainException">No answer.</exception>
    public async Task<OrderId?> FindByExternalId(Address customer, Hash32 externalId, CancellationToken cancel)
    {
        var order = await _contract.Ask<ulong>(
            OrderBookAbi.EncodeOrderByExternalId(customer, externalId), OrderBookAbi.TryDecodeOrderByExternalId, cancel).ConfigureAwait(false);
        return order == 0 ? null : new OrderId(order);
    }

    /// <summary>Asks the contract for an order, its leases and its assets, all as of one block.</summary>
    /// <param name="order">The order.</param>
    /// <param name="finalized">Whether to ask as of the newest final block, or the newest block.</param>
    /// <param name="cancel">Stops the read.</param>
    /// <returns>The order without what only its events tell; null where the contract does not know it, as of that block.</returns>
    /// <exception cref="ChainException">No answer, or one that the contract cannot give.</exception>
    public async Task<OrderView?> Read(OrderId order, bool finalized, CancellationToken cancel) =>
        await Read(order, finalized ? await _client.FinalizedBlock(cancel).ConfigureAwait(false) : await _client.LatestBlock(cancel).ConfigureAwait(false), cancel).ConfigureAwait(false);

    /// <summary>Asks the contract for an order, its leases and its assets, as of a block.</summary>
    /// <inheritdoc cref="Read(OrderId, bool, CancellationToken)"/>
    public async Task<OrderView?> Read(OrderId order, ulong blockNumber, CancellationToken cancel)
    {
        var block = Hex.Quantity(blockNumber);
        var data = await _contract.Ask(OrderBookAbi.EncodeGetOrder(order.Value), block, cancel).ConfigureAwait(false);
        if (data.Length == 0) return null;                       // before the block of the contract there are no data
        if (!OrderBookAbi.TryDecodeGetOrder(data, out var answer)) throw _contract.Malformed();
        if (answer.Status == (byte)OrderStatus.None) return null;
        if (OrderAnswers.Order(answer) is not { } view) throw _contract.Malformed();
        var leases = Task.WhenAll(Enumerable.Range(0, answer.Slots).Select(slot => ReadLease(order, slot, block, cancel)));
        var assets = Task.WhenAll(Enumerable.Range(0, answer.Assets).Select(index => ReadAsset(order, index, block, cancel)));
        await Task.WhenAll(leases, assets).ConfigureAwait(false);
        return view with
        {
            Leases = [.. (await leases.ConfigureAwait(false)).Where(lease => lease.Epoch > LeaseEpoch.None)],
            Assets = [.. await assets.ConfigureAwait(false)],
        };
    }

    private async Task<LeaseOnChain> ReadLease(OrderId order, int slot, string block, CancellationToken cancel)
    {
        var data = await _contract.Ask(OrderBookAbi.EncodeGetLease(order.Value, (byte)slot), block, cancel).ConfigureAwait(false);
        return OrderBookAbi.TryDecodeGetLease(data, out var lease) ? OrderAnswers.Lease(slot, lease) : throw _contract.Malformed();
    }

    private async Task<AssetOnChain> ReadAsset(OrderId order, int index, string block, CancellationToken cancel)
    {
        var data = await _contract.Ask(OrderBookAbi.EncodeGetAsset(order.Value, (byte)index), block, cancel).ConfigureAwait(false);
        return OrderBookAbi.TryDecodeGetAsset(data, out var asset) ? OrderAnswers.Asset(asset) : throw _contract.Malformed();
    }

    private async Task<(OrderId Order, Hash32 Tx)> Place(byte[] call, CancellationToken cancel)
    {
        var receipt = await _contract.Send(call, cancel).ConfigureAwait(false);
        return (new OrderId(_contract.Event<OrderBookAbi.OrderPlacedEvent>(receipt, OrderBookAbi.OrderPlacedEvent.TryRead).OrderId), receipt.Transaction);
    }

    private static OrderBookAbi.Checkpoint Words(OrderCheckpoint c) => new(c.Order.Value, c.Epoch.Value, c.Units, OrderCalls.Signed(c.Key, c.Signature));
}
