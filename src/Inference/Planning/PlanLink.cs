namespace SwarmCompute.Inference;

/// <summary>What one node measured of the way to another. The other's measure of the way back may differ.</summary>
/// <param name="From">Who sends.</param>
/// <param name="To">Who receives.</param>
/// <param name="RoundTrip">There and back, 0 to 10 minutes; a hop takes half of it.</param>
/// <param name="BytesPerSecond">1,000 to 1e15.</param>
public sealed record PlanLink(NodeId From, NodeId To, TimeSpan RoundTrip, double BytesPerSecond);
