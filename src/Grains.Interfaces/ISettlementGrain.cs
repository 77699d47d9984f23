namespace SwarmCompute.Grains.Interfaces;

/// <summary>An order's outbox to the chain: intents are durable before they are sent, sent in order, and kept until the finalized chain shows them. Keyed by the order id in decimal.</summary>
[Alias("swarm.ISettlementGrain")]
public interface ISettlementGrain : IGrainWithStringKey
{
    /// <summary>Adds an intent; one of the same key changes nothing. Sending goes on in the background.</summary>
    [Alias("Enqueue"), ResponseTimeout("00:00:03")]
    Task<SettlementSnapshot> Enqueue(SettlementIntent intent, CancellationToken cancel);

    /// <summary>The outbox as it stands; goes on sending where something is left.</summary>
    [Alias("Follow"), ResponseTimeout("00:00:03")]
    Task<SettlementSnapshot> Follow(CancellationToken cancel);
}
