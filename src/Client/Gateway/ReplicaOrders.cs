using System.Collections.Immutable;
using SwarmCompute.Client.Orders;

namespace SwarmCompute.Client.Gateway;

/// <summary>Finds the orders that are to be replicas of each other, and refuses those that are not.</summary>
internal static class ReplicaOrders
{
    /// <summary>The orders as the swarm sees them now, each with its manifest.</summary>
    /// <exception cref="SwarmException">An order is not known or over, its manifest is not there, or it runs another model than the first.</exception>
    public static async Task<ImmutableArray<(OrderProgress Progress, Manifest Manifest)>> Find(SwarmClient client, ImmutableArray<OrderId> orders, CancellationToken cancel)
    {
        if (orders.Length is < 1 or > GatewayOptions.OrdersMax) throw Refusal($"{orders.Length} orders are named; give 1 to {GatewayOptions.OrdersMax}");
        if (orders.Distinct().Count() < orders.Length) throw Refusal("an order is named twice; give each once");
        var found = ImmutableArray.CreateBuilder<(OrderProgress Progress, Manifest Manifest)>(orders.Length);
        foreach (var order in orders)
        {
            found.Add(await Find(client, order, cancel));
            var (first, here) = (found[0].Manifest, found[^1].Manifest);
            if ((here.Engine, here.Model) != (first.Engine, first.Model))
                throw Refusal($"order {order} runs the model {here.Model.Sha256} and order {orders[0]} the model {first.Model.Sha256}; give orders of the same model");
        }
        return found.MoveToImmutable();
    }

    private static async Task<(OrderProgress Progress, Manifest Manifest)> Find(SwarmClient client, OrderId order, CancellationToken cancel)
    {
        var progress = await client.GetOrder(order, cancel) ?? throw Refusal($"the swarm does not know order {order}; one is known once its block is final");
        if (progress.IsOver) throw Refusal($"order {order} is {progress.Status}; leave it out");
        var hash = progress.ManifestHash ?? throw Refusal($"the silo does not say which manifest order {order} has; it is older than this client");
        var manifest = await client.GetManifest(hash, cancel) ?? throw Refusal($"the swarm does not have the manifest {hash} of order {order}");
        return (progress, manifest);
    }

    private static SwarmException Refusal(string why) => new(SwarmFailure.Refused, why);
}
