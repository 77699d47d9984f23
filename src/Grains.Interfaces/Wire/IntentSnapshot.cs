namespace SwarmCompute.Grains.Interfaces;

/// <summary>One intent of the outbox.</summary>
/// <param name="Key">Its name.</param>
/// <param name="IsDone">Whether the finalized chain shows it, or it can no longer come true.</param>
/// <param name="Attempts">How often sending failed.</param>
/// <param name="Error">The last failure; null for none.</param>
[GenerateSerializer, Immutable, Alias("swarm.IntentSnapshot")]
public sealed record IntentSnapshot([property: Id(0)] string Key, [property: Id(1)] bool IsDone, [property: Id(2)] int Attempts, [property: Id(3)] string? Error);
