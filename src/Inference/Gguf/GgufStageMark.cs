namespace SwarmCompute.Inference;

/// <summary>What a stage's file says of itself, so that it is not loaded as something else.</summary>
/// <param name="Layers">The model's layers that it holds.</param>
/// <param name="Last">Whether it ends the model.</param>
internal sealed record GgufStageMark(LayerRange Layers, bool Last)
{
    public const string FirstKey = "swarmcompute.stage.first", LastKey = "swarmcompute.stage.last";
}
