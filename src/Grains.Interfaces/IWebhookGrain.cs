namespace SwarmCompute.Grains.Interfaces;

/// <summary>
/// Carries an order's announcements to its customer's webhook, one attempt at a time, later and later after failures. Remembers nothing durably:
/// the order's grain knows what is announced. Keyed by the order id in decimal.
/// </summary>
[Alias("swarm.IWebhookGrain")]
public interface IWebhookGrain : IGrainWithStringKey
{
    /// <summary>
    /// Starts an attempt where one is due, and says how the delivery stands; never waits for the receiver. Call it again until it is delivered.
    /// Another id or address than at the last call replaces that one.
    /// </summary>
    [Alias("Deliver"), ResponseTimeout("00:00:03")]
    Task<WebhookDecision> Deliver(WebhookCall call, CancellationToken cancel);
}
