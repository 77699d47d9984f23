namespace SwarmCompute.Grains.Interfaces;

/// <summary>How a delivery stands.</summary>
[GenerateSerializer, Immutable, Alias("swarm.WebhookDecision")]
public abstract record WebhookDecision
{
    private WebhookDecision() { }

    /// <summary>The receiver took it.</summary>
    [GenerateSerializer, Immutable, Alias("swarm.WebhookDecision.Delivered")]
    public sealed record Delivered : WebhookDecision;

    /// <summary>An attempt is under way, or waits for its time.</summary>
    /// <param name="Failures">Failed attempts in a row, as far as is remembered.</param>
    /// <param name="Error">Why the last one failed, in one line; null before one did.</param>
    [GenerateSerializer, Immutable, Alias("swarm.WebhookDecision.Trying")]
    public sealed record Trying([property: Id(0)] int Failures, [property: Id(1)] string? Error) : WebhookDecision;
}
