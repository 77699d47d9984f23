namespace SwarmCompute.Grains.Webhooks;

/// <summary>What an order remembers of its webhook.</summary>
[GenerateSerializer, Immutable, Alias("swarm.state.WebhookState")]
internal sealed record WebhookState
{
    /// <summary>Where its customer wants it told; null where nowhere.</summary>
    [Id(0)] public string? Url { get; init; }
    /// <summary>The phases that it reached and that are worth telling, each once, in the order in which it did.</summary>
    [Id(1)] public ImmutableArray<WebhookAnnouncement> Announced { get; init; } = [];
}
