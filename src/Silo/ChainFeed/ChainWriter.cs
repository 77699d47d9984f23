using System.Collections.Immutable;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Transactions;
using SwarmCompute.Grains.Interfaces;
using SwarmCompute.Grains.Settlement;

namespace SwarmCompute.Silo.ChainFeed;

/// <summary>The port through which grains write to the chain, with this silo's account and a journal that outlives the silo.</summary>
internal sealed class ChainWriter(ChainConnection connection, Account account, IGrainFactory grains, TimeProvider time) : IChainWriter
{
    private readonly Lock _gate = new();
    private Outbox? _outbox;

    public async Task<Hash32> AssignLease(
        LeaseId lease, LeaseEpoch epoch, OfferId offer, Hash32 measurement, P256Point leaseKey, P256Point authorityKey, P256Signature authoritySignature, CancellationToken cancel) =>
        await (await Open(cancel)).Orders.AssignLease(lease, epoch, offer, measurement, leaseKey, authorityKey, authoritySignature, cancel);

    public async Task<Hash32> Checkpoint(OrderId order, LeaseEpoch epoch, ulong units, P256Point key, P256Signature signature, CancellationToken cancel) =>
        await (await Open(cancel)).Counts.Send(new OrderCheckpoint(order, epoch, units, key, signature), cancel);

    public async Task<Hash32> SubmitReport(
        OrderId order, LeaseEpoch epoch, Hash32 reportHash, ulong units, P256Point key, P256Signature signature, CancellationToken cancel) =>
        await (await Open(cancel)).Orders.SubmitReport(order, epoch, reportHash, units, key, signature, cancel);

    public async Task<Hash32> Settle(OrderId order, CancellationToken cancel) => await (await Open(cancel)).Orders.Settle(order, cancel);

    public async Task<Hash32> Expire(OrderId order, CancellationToken cancel) => await (await Open(cancel)).Orders.Expire(order, cancel);

    /// <summary>Looks after what this account has sent before, in this process or an earlier one: <see cref="TransactionSender.Recover"/>.</summary>
    /// <exception cref="ChainException">The chain, or the journal, does not answer; call again.</exception>
    public async Task<ImmutableArray<RecoveredTransaction>> Recover(CancellationToken cancel) => await (await Open(cancel)).Sender.Recover(cancel);

    private async Task<Outbox> Open(CancellationToken cancel)
    {
        var client = await connection.Client(cancel);
        lock (_gate) return _outbox ??= Outbox.Of(client, account, grains.TransactionJournal(client.Options.ChainId, account.Address), time);
    }

    private sealed record Outbox(TransactionSender Sender, OrderBook Orders, CheckpointBatcher Counts)
    {
        public static Outbox Of(ChainClient client, Account account, ITransactionJournalGrain journal, TimeProvider time)
        {
            var sender = new TransactionSender(client, account, new GrainTransactionJournal(journal));
            var orders = OrderBook.ForOutbox(client, sender);
            return new Outbox(sender, orders, new CheckpointBatcher(orders.CheckpointBatch, time));
        }
    }
}
