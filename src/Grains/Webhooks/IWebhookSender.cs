namespace SwarmCompute.Grains.Webhooks;

/// <summary>The port through which grains call a customer's webhook, signed with the account of the silo that they run in.</summary>
public interface IWebhookSender
{
    /// <summary>Makes one attempt.</summary>
    /// <param name="call">What to send where. The address comes from a customer: nothing that is not public may be reached through it.</param>
    /// <param name="cancel">Gives the attempt up; whether it arrived is then unknown.</param>
    Task<WebhookResult> Send(WebhookCall call, CancellationToken cancel);
}
