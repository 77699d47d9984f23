using System.Collections.Immutable;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Sync;
using SwarmCompute.Grains.ChainFeed;
using SwarmCompute.Grains.Settlement;

namespace SwarmCompute.Silo.ChainFeed;

/// <summary>
/// The grains' two ports to the chain, with this silo's account. A silo starts without a chain that is away, and connects when it is
/// there; one that is another chain than it should be is refused each time.
/// </summary>
internal sealed class ChainConnection(ChainOptions options, SyncOptions sync, Account account) : IChainReader, IChainWriter, IAsyncDisposable
{
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private volatile Contracts? _contracts;

    /// <summary>Connects, where that has not happened yet.</summary>
    /// <exception cref="ChainException">No answer, another chain, or no contract where one should be.</exception>
    public async Task Connect(CancellationToken cancel) => await Connected(cancel);

    public async Task<SyncStep> Step(SyncState state, CancellationToken cancel) => await (await Connected(cancel)).Sync.Step(state, cancel);

    public async Task<ImmutableArray<OrderEvent>> ReadOrder(OrderId order, ulong from, SyncState state, CancellationToken cancel) =>
        await (await Connected(cancel)).Sync.ReadOrder(order, from, state, cancel);

    public async Task<OrderView?> Read(OrderId order, bool finalized, CancellationToken cancel) =>
        await (await Connected(cancel)).Orders.Read(order, finalized, cancel);

    public async Task<Hash32> AssignLease(
        LeaseId lease, LeaseEpoch epoch, OfferId offer, Hash32 measurement, P256Point leaseKey, P256Point authorityKey, P256Signature authoritySignature, CancellationToken cancel) =>
        await (await Connected(cancel)).Orders.AssignLease(lease, epoch, offer, measurement, leaseKey, authorityKey, authoritySignature, cancel);

    public async Task<Hash32> Checkpoint(OrderId order, LeaseEpoch epoch, ulong units, P256Point key, P256Signature signature, CancellationToken cancel) =>
        await (await Connected(cancel)).Counts.Send(new OrderCheckpoint(order, epoch, units, key, signature), cancel);

    public async Task<Hash32> SubmitReport(
        OrderId order, LeaseEpoch epoch, Hash32 reportHash, ulong units, P256Point key, P256Signature signature, CancellationToken cancel) =>
        await (await Connected(cancel)).Orders.SubmitReport(order, epoch, reportHash, units, key, signature, cancel);

    public async Task<Hash32> Settle(OrderId order, CancellationToken cancel) => await (await Connected(cancel)).Orders.Settle(order, cancel);

    public async Task<Hash32> Expire(OrderId order, CancellationToken cancel) => await (await Connected(cancel)).Orders.Expire(order, cancel);

    public async ValueTask DisposeAsync()
    {
        if (_contracts is { } contracts) await contracts.Client.DisposeAsync();
        _connecting.Dispose();
    }

    private async Task<Contracts> Connected(CancellationToken cancel)
    {
        if (_contracts is { } there) return there;
        await _connecting.WaitAsync(cancel);
        try
        {
            if (_contracts is { } meanwhile) return meanwhile;
            var client = await ChainClient.Connect(options, cancel);
            var orders = new OrderBook(client, account);
            return _contracts = new Contracts(client, new ChainSync(client, sync), orders, new CheckpointBatcher(orders.CheckpointBatch, TimeProvider.System));
        }
        finally
        {
            _connecting.Release();
        }
    }

    private sealed record Contracts(ChainClient Client, ChainSync Sync, OrderBook Orders, CheckpointBatcher Counts);
}
