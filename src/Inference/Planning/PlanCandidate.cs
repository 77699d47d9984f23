namespace SwarmCompute.Inference;

/// <summary>A node that could hold a stage.</summary>
/// <param name="Node">Its name.</param>
/// <param name="MemoryBytes">What it gives to a stage, in bytes: 0 or more. What the engine needs for its own buffers must be taken off already.</param>
/// <param name="DecodeLayersPerSecond">Layers of the model a second, measured with one token in a call: 0.001 to 1e9.</param>
/// <param name="PrefillLayersPerSecond">Layers and tokens a second, measured with a prompt's calls: 0.001 to 1e9.</param>
/// <param name="ClientRoundTrip">From the client to the node and back: 0 to 10 minutes. Counts where the node is the head.</param>
public sealed record PlanCandidate(
    NodeId Node, long MemoryBytes, double DecodeLayersPerSecond, double PrefillLayersPerSecond, TimeSpan ClientRoundTrip = default);
