using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>A contiguous range of a model's layers: what one stage holds.</summary>
/// <param name="First">The first layer, from 0.</param>
/// <param name="Count">How many layers.</param>
public readonly record struct LayerRange(int First, int Count)
{
    /// <summary>The layer after the last one of the range.</summary>
    public int End => First + Count;

    /// <summary>Cuts a model into stages of almost equal length, longer ones first: 32 layers in 3 stages are 11, 11, 10.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is less than one stage, or less than one layer for each stage.</exception>
    public static ImmutableArray<LayerRange> Split(int layers, int stages)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stages, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, stages);
        var (each, longer) = (layers / stages, layers % stages);
        return [.. Enumerable.Range(0, stages).Select(stage =>
            new LayerRange(stage * each + Math.Min(stage, longer), stage < longer ? each + 1 : each))];
    }
}
