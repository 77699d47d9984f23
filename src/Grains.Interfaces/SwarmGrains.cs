namespace SwarmCompute.Grains.Interfaces;

/// <summary>Finds grains by the ids of the swarm, so that no one spells a key.</summary>
public static class SwarmGrains
{
    /// <summary>The follower of the chain.</summary>
    public static IChainFeedGrain ChainFeed(this IGrainFactory grains) => grains.GetGrain<IChainFeedGrain>(0);

    /// <summary>An order.</summary>
    public static IOrderGrain Order(this IGrainFactory grains, OrderId order) => grains.GetGrain<IOrderGrain>(order.ToString());

    /// <summary>A slot's leases.</summary>
    public static ICvmLeaseGrain Lease(this IGrainFactory grains, LeaseId lease) => grains.GetGrain<ICvmLeaseGrain>(lease.ToString());

    /// <summary>A node.</summary>
    public static INodeGrain Node(this IGrainFactory grains, NodeId node) => grains.GetGrain<INodeGrain>(node.Value);

    /// <summary>The list of nodes.</summary>
    public static INodeRegistryGrain Nodes(this IGrainFactory grains) => grains.GetGrain<INodeRegistryGrain>(0);

    /// <summary>A manifest.</summary>
    public static IManifestGrain Manifest(this IGrainFactory grains, Hash32 hash) => grains.GetGrain<IManifestGrain>(hash.ToString());

    /// <summary>An order's outbox to the chain.</summary>
    public static ISettlementGrain Settlement(this IGrainFactory grains, OrderId order) => grains.GetGrain<ISettlementGrain>(order.ToString());

    /// <summary>An account's transactions that are not final yet.</summary>
    public static ITransactionJournalGrain TransactionJournal(this IGrainFactory grains, ulong chainId, Address account) =>
        grains.GetGrain<ITransactionJournalGrain>(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{chainId} {account}"));

    /// <summary>An order's deliveries to its customer's webhook.</summary>
    public static IWebhookGrain Webhook(this IGrainFactory grains, OrderId order) => grains.GetGrain<IWebhookGrain>(order.ToString());
}
