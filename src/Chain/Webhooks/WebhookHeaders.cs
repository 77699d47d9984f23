namespace SwarmCompute.Chain.Webhooks;

/// <summary>The names of the headers of a delivery.</summary>
public static class WebhookHeaders
{
    /// <summary>What is announced: <c>order-7-Running</c>. The same with every repeat.</summary>
    public const string Id = "webhook-id";

    /// <summary>When this attempt was sent, in seconds since 1970-01-01 UTC.</summary>
    public const string Timestamp = "webhook-timestamp";

    /// <summary>The address of the account that signed: the silo's.</summary>
    public const string Signer = "swarm-signer";

    /// <summary>The signature over <see cref="WebhookText.Delivery"/>: 0x and 130 hexadecimal digits.</summary>
    public const string Signature = "swarm-signature";
}
