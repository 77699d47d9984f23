namespace SwarmCompute.Grains.Interfaces;

/// <summary>A provider's word that a node of its own should move.</summary>
/// <param name="To">Ready, Cordoned or Draining.</param>
/// <param name="Reason">Why, in one line.</param>
/// <param name="Until">Until when the command counts, in seconds since 1970.</param>
/// <param name="Signature">The provider's over the command's text: r, s, v; 65 bytes.</param>
[GenerateSerializer, Immutable, Alias("swarm.NodeCommand")]
public sealed record NodeCommand(
    [property: Id(0)] NodeStatus To, [property: Id(1)] string Reason, [property: Id(2)] long Until, [property: Id(3)] byte[] Signature);
