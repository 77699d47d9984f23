namespace SwarmCompute.Inference;

/// <summary>A neighbour sent what it may not send. The link is dropped and made anew.</summary>
internal sealed class BoundaryProtocolException(string message) : Exception(message);
