using System.Collections.Immutable;

namespace SwarmCompute.Client.Gateway;

/// <summary>One OpenAI endpoint on this machine before several orders that run the same model.</summary>
internal sealed class SwarmGateway : IAsyncDisposable
{
    private readonly SwarmClient _client;
    private readonly Replicas _replicas;
    private readonly ReplicaWatch _watch;
    private readonly GatewayServer _server;

    private SwarmGateway(SwarmClient client, Replicas replicas, ReplicaWatch watch, GatewayServer server) =>
        (_client, _replicas, _watch, _server) = (client, replicas, watch, server);

    /// <summary>Where it listens.</summary>
    public Uri Endpoint => _server.Endpoint;

    /// <summary>Finds the orders, and listens.</summary>
    /// <param name="swarm">Where the swarm is, and what heads must show.</param>
    /// <param name="orders">The replicas.</param>
    /// <param name="options">Where to listen, and the bounds.</param>
    /// <param name="log">Takes lines for a person; from several threads.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Ends the start.</param>
    /// <exception cref="SwarmException">The orders cannot be replicas of each other, no silo answers, or the address is taken.</exception>
    public static async Task<SwarmGateway> Start(
        SwarmClientOptions swarm, ImmutableArray<OrderId> orders, GatewayOptions options, Action<string> log, TimeProvider time, CancellationToken cancel)
    {
        if (options.Fault() is { } fault) throw new SwarmException(SwarmFailure.Refused, fault);
        var client = new SwarmClient(swarm, time);
        Replicas? replicas = null;
        try
        {
            var found = await ReplicaOrders.Find(client, orders, cancel);
            replicas = new Replicas([.. orders.Select((order, index) => new Replica(index, order, SwarmHttp.ForHead(swarm, order, time)))], log, time);
            for (var index = 0; index < found.Length; index++)
            {
                replicas.Update(replicas.All[index], found[index].Progress);
                log(Line(found[index].Progress, found[index].Manifest));
            }
            if (found.Select(f => f.Manifest.Threads).Distinct().Count() > 1)
                log("note: the orders' threads differ, which can change the last bits of a result: an answer that moves between them may go on with another token");
            var server = await GatewayServer.Start(new Forwarder(replicas, options, log, time), options, log, cancel);
            return new SwarmGateway(client, replicas, new ReplicaWatch(client, replicas, options, log, time), server);
        }
        catch
        {
            replicas?.Dispose();
            client.Dispose();
            throw;
        }
    }

    /// <summary>Serves until it is cancelled.</summary>
    /// <exception cref="SwarmException">Every order is over.</exception>
    public async Task Run(CancellationToken cancel)
    {
        await _watch.Follow(cancel);
        throw new SwarmException(SwarmFailure.Refused, "every order is over; place another, and name it");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _replicas.Dispose();
        _client.Dispose();
    }

    private static string Line(Orders.OrderProgress order, Manifest manifest)
    {
        var head = order.Head is { } there ? $"head {there.Endpoint} (epoch {there.Epoch}){(there.Ready ? "" : ", not ready")}" : $"no head yet ({order.Status})";
        return $"order {order.Order}: model {manifest.Model.Sha256}, stages {manifest.Stages}, context {manifest.ContextTokens} tokens, threads {manifest.Threads}; {head}";
    }
}
