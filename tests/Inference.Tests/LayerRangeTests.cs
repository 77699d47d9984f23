using CsCheck;

namespace SwarmCompute.Inference.Tests;

public sealed class LayerRangeTests
{
    [Fact]
    public void Split_covers_every_layer_once() =>
        Gen.Select(Gen.Int[1, 200], Gen.Int[1, 16]).Where((layers, stages) => layers >= stages).Sample((layers, stages) =>
            Assert.Equal(Enumerable.Range(0, layers), LayerRange.Split(layers, stages).SelectMany(range => Enumerable.Range(range.First, range.Count))));

    [Fact]
    public void Split_makes_stages_that_differ_by_one_layer_at_most() =>
        Gen.Select(Gen.Int[1, 200], Gen.Int[1, 16]).Where((layers, stages) => layers >= stages).Sample((layers, stages) =>
        {
            var ranges = LayerRange.Split(layers, stages);
            Assert.Equal(stages, ranges.Length);
            Assert.InRange(ranges[0].Count - ranges[^1].Count, 0, 1);
        });

    [Fact]
    public void Longer_stages_come_first() => Assert.Equal([new(0, 11), new(11, 11), new(22, 10)], LayerRange.Split(32, 3));

    [Theory, InlineData(2, 3), InlineData(0, 1), InlineData(4, 0), InlineData(4, -1)]
    public void A_stage_without_a_layer_is_refused(int layers, int stages) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => LayerRange.Split(layers, stages));
}
