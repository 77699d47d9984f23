namespace SwarmCompute.Grains.Webhooks;

/// <summary>What became of one attempt.</summary>
public abstract record WebhookResult
{
    private WebhookResult() { }

    /// <summary>The receiver answered 2xx.</summary>
    public sealed record Delivered : WebhookResult;

    /// <summary>It did not, or was not reached; it may have got the message all the same.</summary>
    /// <param name="Reason">One line, without the address's path, which may be a secret.</param>
    public sealed record Failed(string Reason) : WebhookResult;
}
