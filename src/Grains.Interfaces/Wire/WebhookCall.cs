namespace SwarmCompute.Grains.Interfaces;

/// <summary>What is to be sent to a customer's webhook.</summary>
[GenerateSerializer, Immutable, Alias("swarm.WebhookCall")]
public sealed record WebhookCall
{
    /// <summary>Where to, as the customer signed it.</summary>
    [Id(0)] public required string Url { get; init; }
    /// <summary>What is announced: <c>order-7-Running</c>. The same with every repeat.</summary>
    [Id(1)] public required string Id { get; init; }
    /// <summary>The JSON. One id has one body.</summary>
    [Id(2)] public required byte[] Body { get; init; }
}
