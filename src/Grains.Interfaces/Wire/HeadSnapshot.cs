namespace SwarmCompute.Grains.Interfaces;

/// <summary>The head of a pipeline as clients reach it.</summary>
/// <param name="Endpoint">Its HTTPS address.</param>
/// <param name="Epoch">The epoch of its lease.</param>
/// <param name="IsReady">Whether the whole ring of the current generation stands.</param>
[GenerateSerializer, Immutable, Alias("swarm.HeadSnapshot")]
public sealed record HeadSnapshot([property: Id(0)] string Endpoint, [property: Id(1)] LeaseEpoch Epoch, [property: Id(2)] bool IsReady);
