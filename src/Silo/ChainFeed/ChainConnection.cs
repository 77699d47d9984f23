using System.Collections.Immutable;
using SwarmCompute.Chain;
using SwarmCompute.Grains.ChainFeed;
using SwarmCompute.Grains.Settlement;

namespace SwarmCompute.Silo.ChainFeed;

/// <summary>
/// The grains' two ports to the chain, with this silo's account. A silo starts without a chain that is away, and connects when it is
/// there; one that is another chain than it should be is refused each time.
/// </summary>
internal sealed class ChainConnection(ChainOptions options, Account account) : IChainReader, IChainWriter, IAsyncDisposable
{
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private volatile Contracts? _contracts;

    /// <summary>Connects, where that has not happened yet.</summary>
    /// <exception cref="ChainException">No answer, another chain, or no contract where one should be.</exception>
    public async Task Connect(CancellationToken cancel) => await Connected(cancel);

    public async Task<(ImmutableArray<OrderEvent> Events, ChainCursor Next)> ReadFinalized(ChainCursor from, CancellationToken cancel) =>
        await (await Connected(cancel)).Log.ReadFinalized(from, cancel);

    public async Task<OrderView?> Read(OrderId order, bool finalized, CancellationToken cancel) =>
        await (await Connected(cancel)).Orders.Read(order, finalized, cancel);

    public async Task<Hash32> AssignLease(
        LeaseId lease, LeaseEpoch epoch, Address provider, P256Point leaseKey, P256Point authorityKey, P256Signature authoritySignature, CancellationToken cancel) =>
        await (await Connected(cancel)).Orders.AssignLease(lease, epoch, provider, leaseKey, authorityKey, authoritySignature, cancel);

    public async Task<Hash32> SubmitReport(
        OrderId order, LeaseEpoch epoch, Hash32 reportHash, ulong units, P256Point key, P256Signature signature, CancellationToken cancel) =>
        await (await Connected(cancel)).Orders.SubmitReport(order, epoch, reportHash, units, key, signature, cancel);

    public async Task<Hash32> Settle(OrderId order, CancellationToken cancel) => await (await Connected(cancel)).Orders.Settle(order, cancel);

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
            return _contracts = new Contracts(client, new OrderLog(client), new OrderBook(client, account));
        }
        finally
        {
            _connecting.Release();
        }
    }

    private sealed record Contracts(ChainClient Client, OrderLog Log, OrderBook Orders);
}
