namespace SwarmCompute.Grains.Webhooks;

/// <summary>How an announcement stands. Numbers are append-only.</summary>
internal enum WebhookOutcome
{
    /// <summary>It is to be made, where the order has a webhook.</summary>
    Open = 1,
    /// <summary>The receiver took it.</summary>
    Delivered = 2,
    /// <summary>Nobody took it in time.</summary>
    GivenUp = 3,
}
