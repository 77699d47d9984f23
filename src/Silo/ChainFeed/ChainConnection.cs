using System.Collections.Immutable;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Sync;
using SwarmCompute.Grains.ChainFeed;

namespace SwarmCompute.Silo.ChainFeed;

/// <summary>
/// The connection to the chain, and the port through which grains read it. A silo starts without a chain that is away, and connects when it
/// is there; one that is another chain than it should be is refused each time.
/// </summary>
internal sealed class ChainConnection(ChainOptions options, SyncOptions sync) : IChainReader, IAsyncDisposable
{
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private volatile Connection? _connection;

    /// <summary>The client, connected where that has not happened yet.</summary>
    /// <exception cref="ChainException">No answer, another chain, or no contract where one should be.</exception>
    public async Task<ChainClient> Client(CancellationToken cancel) => (await Connected(cancel)).Client;

    public async Task<SyncStep> Step(SyncState state, CancellationToken cancel) => await (await Connected(cancel)).Sync.Step(state, cancel);

    public async Task<ImmutableArray<OrderEvent>> ReadOrder(OrderId order, ulong from, SyncState state, CancellationToken cancel) =>
        await (await Connected(cancel)).Sync.ReadOrder(order, from, state, cancel);

    public async Task<OrderView?> Read(OrderId order, bool finalized, CancellationToken cancel) =>
        await (await Connected(cancel)).Orders.Read(order, finalized, cancel);

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection) await connection.Client.DisposeAsync();
        _connecting.Dispose();
    }

    private async Task<Connection> Connected(CancellationToken cancel)
    {
        if (_connection is { } there) return there;
        await _connecting.WaitAsync(cancel);
        try
        {
            if (_connection is { } meanwhile) return meanwhile;
            var client = await ChainClient.Connect(options, cancel);
            return _connection = new Connection(client, new ChainSync(client, sync), new OrderBook(client, signer: null));
        }
        finally
        {
            _connecting.Release();
        }
    }

    private sealed record Connection(ChainClient Client, ChainSync Sync, OrderBook Orders);
}
