namespace SwarmCompute.Grains.Settlement;

/// <summary>What one pass over the outbox found and did.</summary>
/// <param name="Done">Keys of intents that are done.</param>
/// <param name="FailedKey">The intent at which the pass stopped; null where it did not.</param>
/// <param name="Error">Why.</param>
internal sealed record PassResult(ImmutableArray<string> Done, string? FailedKey, string? Error);
