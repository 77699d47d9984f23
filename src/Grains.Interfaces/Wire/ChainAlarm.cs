namespace SwarmCompute.Grains.Interfaces;

/// <summary>Something about the chain or its endpoints that a person should know.</summary>
/// <param name="Kind">What it is, in one word.</param>
/// <param name="Text">One line.</param>
[GenerateSerializer, Immutable, Alias("swarm.ChainAlarm")]
public sealed record ChainAlarm([property: Id(0)] string Kind, [property: Id(1)] string Text);
