using System.Collections.Immutable;
using SwarmCompute.Chain.Abi;
using SwarmCompute.Chain.JsonRpc;

namespace SwarmCompute.Chain;

/// <summary>
/// The OrderBook contract. Every method that changes something sends a transaction, waits until it is mined and gives its hash; it throws
/// <see cref="ChainException"/>, for a refusal with the contract's error as <see cref="ChainException.ErrorName"/>.
/// </summary>
/// <param name="client">The chain.</param>
/// <param name="signer">Who sends transactions; null where only <see cref="Read"/> is called.</param>
public sealed class OrderBook(ChainClient client, Account? signer)
{
    private const string KeySignature = "(bytes32,bytes32,bytes32,bytes32)";

    private readonly TransactionSender? _sender = signer is null ? null : new TransactionSender(client, signer);

    /// <summary>
    /// Places an order; the vault must have an allowance of the signer for the deposit. The order is in a block, which may not be final
    /// yet: nothing is to be given for it before <see cref="OrderLog"/> delivers it.
    /// </summary>
    /// <param name="manifest">The hash of the canonical manifest.</param>
    /// <param name="deposit">What is locked, at least the price of one unit and more than zero.</param>
    /// <param name="unitPrice">The price of a unit of work.</param>
    /// <param name="slots">How many leases it needs, 1 to 16.</param>
    /// <param name="authorityKeyHash">The <see cref="P256Point.KeyHash"/> of the authority.</param>
    /// <param name="endsAt">From when anyone may expire it; to the second.</param>
    /// <param name="cancel">Stops the wait.</param>
    public async Task<(OrderId Order, Hash32 Tx)> PlaceOrder(
        Hash32 manifest, Wei deposit, Wei unitPrice, int slots, Hash32 authorityKeyHash, DateTimeOffset endsAt, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slots, LeaseId.SlotsMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(endsAt, DateTimeOffset.UnixEpoch);
        var receipt = await Send(new AbiWriter("placeOrder(bytes32,uint128,uint128,uint8,bytes32,uint64)")
            .Add(manifest).Add(deposit.Value).Add(unitPrice.Value).Add((UInt128)slots).Add(authorityKeyHash).Add((ulong)endsAt.ToUnixTimeSeconds()), cancel).ConfigureAwait(false);
        var placed = receipt.Logs.Where(log => log.Member("address").Address() == client.Options.OrderBook).Select(OrderEventReader.Read).OfType<OrderEvent.OrderPlaced>();
        return placed.FirstOrDefault() is { } order
            ? (order.Order, receipt.Transaction)
            : throw new ChainException(ChainErrorKind.Inconsistent, $"Transaction {receipt.Transaction} placed no order.");
    }

    /// <summary>Gives a slot to a provider, as the authority signed (<see cref="OrderDigest.Lease"/>). Anyone may send it.</summary>
    public Task<Hash32> AssignLease(
        LeaseId lease, LeaseEpoch epoch, Address provider, P256Point leaseKey, P256Point authorityKey, P256Signature authoritySignature, CancellationToken cancel) =>
        Transact(new AbiWriter($"assignLease(uint64,uint8,uint32,address,bytes32,bytes32,{KeySignature})")
            .Add(lease.Order.Value).Add((UInt128)lease.Slot).Add(epoch.Value).Add(provider).Add(leaseKey.X).Add(leaseKey.Y)
            .Add(authorityKey.X).Add(authorityKey.Y).Add(authoritySignature.R).Add(authoritySignature.S), cancel);

    /// <summary>Asks an order to stop: one that never ran is cancelled and refunded. Only the customer may.</summary>
    public Task<Hash32> CloseOrder(OrderId order, CancellationToken cancel) =>
        Transact(new AbiWriter("closeOrder(uint64)").Add(order.Value), cancel);

    /// <summary>Records the report, as slot 0's lease key signed (<see cref="OrderDigest.Report"/>). Anyone may send it, once per order.</summary>
    public Task<Hash32> SubmitReport(OrderId order, LeaseEpoch epoch, Hash32 reportHash, ulong units, P256Point key, P256Signature signature, CancellationToken cancel) =>
        Transact(new AbiWriter($"submitReport(uint64,uint32,bytes32,uint128,{KeySignature})")
            .Add(order.Value).Add(epoch.Value).Add(reportHash).Add(units).Add(key.X).Add(key.Y).Add(signature.R).Add(signature.S), cancel);

    /// <summary>Divides the deposit of an order that has reported. Anyone may.</summary>
    public Task<Hash32> Settle(OrderId order, CancellationToken cancel) =>
        Transact(new AbiWriter("settle(uint64)").Add(order.Value), cancel);

    /// <summary>Refunds an order that is past its end and has no report. Anyone may.</summary>
    public Task<Hash32> Expire(OrderId order, CancellationToken cancel) =>
        Transact(new AbiWriter("expire(uint64)").Add(order.Value), cancel);

    /// <summary>Asks the contract for an order and its leases, all as of one block.</summary>
    /// <param name="order">The order.</param>
    /// <param name="finalized">Whether to ask as of the newest final block, or the newest block.</param>
    /// <param name="cancel">Stops the read.</param>
    /// <returns>The order without its transactions; null where the contract does not know it, as of that block.</returns>
    public async Task<OrderView?> Read(OrderId order, bool finalized, CancellationToken cancel)
    {
        var number = finalized ? await client.FinalizedBlock(cancel).ConfigureAwait(false) : await client.LatestBlock(cancel).ConfigureAwait(false);
        var block = Hex.Quantity(number);
        var data = await Ask(new AbiWriter("getOrder(uint64)").Add(order.Value), block, cancel).ConfigureAwait(false);
        if (data.Length == 0 || ReadOrder(data) is not { } view) return null;    // before the block of the contract there are no data

        var leases = await Task.WhenAll(Enumerable.Range(0, view.Slots).Select(async slot =>
            ReadLease(slot, await Ask(new AbiWriter("getLease(uint64,uint8)").Add(order.Value).Add((UInt128)slot), block, cancel).ConfigureAwait(false)))).ConfigureAwait(false);
        return view with { Leases = [.. leases.Where(lease => lease.Epoch > LeaseEpoch.None)] };
    }

    private static OrderView? ReadOrder(byte[] data)
    {
        var reader = new AbiReader(data);
        var (customer, endsAt, status, slots) = (reader.Address(), reader.UInt64(), reader.UInt8(), reader.UInt8());
        _ = reader.UInt8();                                      // slots that have had a lease: the leases say so
        var reported = reader.Bool();
        var (manifest, authority, deposit, unitPrice) = (reader.Hash(), reader.Hash(), reader.Wei(), reader.Wei());
        var (report, units, paid, refunded) = (reader.Hash(), reader.UInt128(), reader.Wei(), reader.Wei());
        _ = reader.UInt32();                                     // events so far
        reader.End();
        if (status > (byte)OrderStatus.Expired || slots > LeaseId.SlotsMax)
            throw new ChainException(ChainErrorKind.Inconsistent, $"The order book gave status {status} and {slots} slots.");
        if (status == (byte)OrderStatus.None) return null;
        return new OrderView
        {
            Status = (OrderStatus)status,
            Customer = customer,
            ManifestHash = manifest,
            Deposit = deposit,
            UnitPrice = unitPrice,
            Paid = paid,
            Refunded = refunded,
            Slots = slots,
            AuthorityKeyHash = authority,
            EndsAt = OrderEventReader.Instant(endsAt),
            ReportHash = reported ? report : null,
            Units = reported ? OrderEventReader.Units(units) : null,
        };
    }

    private static LeaseOnChain ReadLease(int slot, byte[] data)
    {
        var reader = new AbiReader(data);
        var (provider, epoch, keyHash) = (reader.Address(), new LeaseEpoch(reader.UInt32()), reader.Hash());
        reader.End();
        return new LeaseOnChain(slot, epoch, provider, keyHash);
    }

    private Task<byte[]> Ask(AbiWriter call, string block, CancellationToken cancel) => client.Ask(client.Options.OrderBook, call.ToArray(), block, cancel);

    private async Task<Hash32> Transact(AbiWriter call, CancellationToken cancel) => (await Send(call, cancel).ConfigureAwait(false)).Transaction;

    private Task<TransactionReceipt> Send(AbiWriter call, CancellationToken cancel) => _sender is { } sender
        ? sender.Send(client.Options.OrderBook, call.ToArray(), cancel)
        : throw new InvalidOperationException("This order book only reads; give it an account to send with.");
}
