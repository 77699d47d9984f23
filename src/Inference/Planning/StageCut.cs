using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>Where a model is cut for stages on equal servers. Integers only: the same model is cut in the same places everywhere.</summary>
public static class StageCut
{
    /// <summary>
    /// Cuts so that the busiest stage has as little work as can be, counted by the bytes that a token reads; the output matrix is work of the last stage.
    /// Of equal cuts, the one whose first stages are the longest.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is less than one stage, or less than one layer for each stage.</exception>
    public static ImmutableArray<LayerRange> Balanced(PlannedModel model, int stages)
    {
        var layers = model.Layers.Length;
        ArgumentOutOfRangeException.ThrowIfLessThan(stages, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, stages);
        var upTo = new long[layers + 1];
        for (var layer = 0; layer < layers; layer++) upTo[layer + 1] = checked(upTo[layer] + model.Layers[layer].ActiveBytes);
        var busiest = LeastBusiest(upTo, model.HeadBytes, stages);

        var ranges = ImmutableArray.CreateBuilder<LayerRange>(stages);
        for (var (stage, first) = (0, 0); stage < stages; first = ranges[stage++].End)
            ranges.Add(new LayerRange(first, LongestBelow(upTo, first, stage, busiest[stages - stage - 1], busiest[stages][0], stages) - first));
        return ranges.MoveToImmutable();
    }

    /// <summary>Takes the lengths as they are given.</summary>
    /// <exception cref="InferenceException">They are not those of this many layers.</exception>
    public static ImmutableArray<LayerRange> Of(ImmutableArray<int> lengths, int layers)
    {
        if (lengths.Any(length => length < 1) || lengths.Sum(length => (long)length) != layers)
            throw new InferenceException($"The stages have {string.Join(", ", lengths)} layers; the model has {layers}. Give lengths that add up to it.");
        var first = 0;
        return [.. lengths.Select(length => new LayerRange((first += length) - length, length))];
    }

    /// <summary>By number of stages, and by the layer that they begin with: the least work that the busiest of them can have; where they cannot be, the most there is.</summary>
    private static long[][] LeastBusiest(long[] upTo, long headBytes, int stages)
    {
        var layers = upTo.Length - 1;
        var least = new long[stages + 1][];
        least[0] = [];
        least[1] = [.. Enumerable.Range(0, layers + 1).Select(first => first < layers ? checked(upTo[layers] - upTo[first] + headBytes) : long.MaxValue)];
        for (var count = 2; count <= stages; count++)
        {
            least[count] = new long[layers + 1];
            for (var first = 0; first <= layers; first++)
            {
                least[count][first] = long.MaxValue;
                for (var end = first + 1; end < layers; end++)
                    least[count][first] = Math.Min(least[count][first], Math.Max(upTo[end] - upTo[first], least[count - 1][end]));
            }
        }
        return least;
    }

    private static int LongestBelow(long[] upTo, int first, int stage, long[] rest, long bound, int stages)
    {
        if (stage == stages - 1) return upTo.Length - 1;
        var end = upTo.Length - 2;
        while (upTo[end] - upTo[first] > bound || rest[end] > bound) end--;
        return end;
    }
}
