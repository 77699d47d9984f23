using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>
/// What the planner is told of nodes where nobody measured them with the model itself: estimates, made of what every node reports of itself.
/// </summary>
public static class PlanEstimates
{
    /// <summary>Bytes a second that a link between nodes is taken to carry: 1 Gbit/s. Nobody measures it.</summary>
    public const double LinkBytesPerSecond = 1.25e8;

    /// <summary>Operations for each weight that a token of a prompt meets: a product and a sum.</summary>
    public const double OperationsPerWeight = 2;

    private const double LayersPerSecondMin = 1e-3, LayersPerSecondMax = 1e9;
    private static readonly TimeSpan RoundTripMax = TimeSpan.FromMinutes(10);

    /// <summary>The round trip where a position is not known: as between neighbours.</summary>
    public static TimeSpan RoundTripUnknown { get; } = TimeSpan.FromMilliseconds(0.2);

    /// <summary>
    /// A node's speeds with a model. A token that is generated costs the bytes of a layer that it reads, at the node's memory bandwidth; a token of a prompt
    /// costs <see cref="OperationsPerWeight"/> for each weight that it meets. Keys, values and attention are not counted.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="node">The node.</param>
    /// <param name="memoryBytes">What it gives to a stage, in bytes.</param>
    /// <param name="bytesPerSecond">How fast it reads weights: more than 0.</param>
    /// <param name="operationsPerSecond">How fast it computes: more than 0.</param>
    public static PlanCandidate Candidate(PlannedModel model, NodeId node, long memoryBytes, double bytesPerSecond, double operationsPerSecond)
    {
        var (bytes, weights) = (model.Layers.Average(layer => (double)layer.ActiveBytes), model.Layers.Average(layer => (double)layer.ActiveWeights));
        return new PlanCandidate(node, memoryBytes, Speed(bytesPerSecond / bytes), Speed(operationsPerSecond / (OperationsPerWeight * weights)));
    }

    /// <summary>A link for each ordered pair of nodes, from where they are in the network.</summary>
    /// <param name="nodes">Each node once; null where its position is not known.</param>
    public static ImmutableArray<PlanLink> Links(ImmutableArray<(NodeId Node, NetworkPosition? Position)> nodes) =>
    [
        .. from one in nodes
           from other in nodes
           where one.Node != other.Node
           select new PlanLink(one.Node, other.Node, RoundTrip(one.Position, other.Position), LinkBytesPerSecond),
    ];

    private static TimeSpan RoundTrip(NetworkPosition? one, NetworkPosition? other) => one is { IsKnown: true } && other is { IsKnown: true }
        ? TimeSpan.FromMilliseconds(Math.Min(one.RoundTripTo(other), RoundTripMax.TotalMilliseconds))
        : RoundTripUnknown;

    private static double Speed(double layersPerSecond) => Math.Clamp(layersPerSecond, LayersPerSecondMin, LayersPerSecondMax);
}
