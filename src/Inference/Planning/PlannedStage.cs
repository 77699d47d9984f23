namespace SwarmCompute.Inference;

/// <summary>One stage of a plan.</summary>
/// <param name="Node">Who holds it.</param>
/// <param name="Layers">Which layers.</param>
/// <param name="MemoryBytes">What it needs: weights, keys and values, what is kept for replay, and the embeddings or the output matrix.</param>
/// <param name="DecodeTime">Its part of a token's time, in computing.</param>
/// <param name="HopTime">Its part of a token's time, until the next stage (after the last: the head) has the result; 0 where it is alone.</param>
public sealed record PlannedStage(NodeId Node, LayerRange Layers, long MemoryBytes, TimeSpan DecodeTime, TimeSpan HopTime);
