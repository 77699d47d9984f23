namespace SwarmCompute.Client.Orders;

/// <summary>What came of looking at a delivery.</summary>
public abstract record WebhookCheck
{
    private WebhookCheck() { }

    /// <summary>An account signed it just so, and lately.</summary>
    /// <param name="Signer">The account. Whether it may speak for the order is for the caller to say: is it one of the order's providers on chain?</param>
    /// <param name="SentAt">When this attempt was sent, to the second.</param>
    /// <param name="Message">What it says.</param>
    public sealed record Accepted(Address Signer, DateTimeOffset SentAt, WebhookMessage Message) : WebhookCheck;

    /// <summary>It is not to be believed.</summary>
    /// <param name="Reason">One sentence.</param>
    public sealed record Refused(string Reason) : WebhookCheck;
}
