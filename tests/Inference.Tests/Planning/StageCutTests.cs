using System.Collections.Immutable;
using CsCheck;

namespace SwarmCompute.Inference.Tests.Planning;

public sealed class StageCutTests
{
    private static readonly Gen<(long[] Layers, long Head, int Stages)> Models =
        from layers in Gen.Long[1, 9].Array[1, 9]
        from head in Gen.Long[0, 30]
        from stages in Gen.Int[1, layers.Length]
        select (layers, head, stages);

    [Fact]
    public void Every_layer_is_in_one_stage_and_the_busiest_stage_has_as_little_work_as_any_cut_could_give_it() =>
        Models.Sample(model =>
        {
            var cut = StageCut.Balanced(Model(model.Layers, model.Head), model.Stages);
            Assert.Equal(Enumerable.Range(0, model.Layers.Length), cut.SelectMany(range => Enumerable.Range(range.First, range.Count)));
            Assert.Equal(model.Stages, cut.Length);
            Assert.Equal(Cuts(model.Layers.Length, model.Stages).Min(lengths => Busiest(model.Layers, model.Head, StageCut.Of(lengths, model.Layers.Length))), Busiest(model.Layers, model.Head, cut));
        });

    [Fact]
    public void An_output_matrix_that_is_as_large_as_four_layers_leaves_the_last_stage_shorter() =>
        Assert.Equal([new(0, 7), new(7, 7), new(14, 2)], StageCut.Balanced(Model([.. Enumerable.Repeat(60L, 16)], 262), 3));

    [Fact]
    public void Equal_layers_are_cut_almost_equally_where_the_output_matrix_is_small() =>
        Assert.Equal([new(0, 4), new(4, 4), new(8, 3)], StageCut.Balanced(Model([.. Enumerable.Repeat(100L, 11)], 1), 3));

    [Theory]
    [InlineData(new[] { 1, 2 }), InlineData(new[] { 4, 0 }), InlineData(new[] { 2, 3 })]
    public void Lengths_that_are_not_the_models_are_refused(int[] lengths) =>
        Assert.Contains("add up", Assert.Throws<InferenceException>(() => StageCut.Of([.. lengths], 4)).Message, StringComparison.Ordinal);

    private static PlannedModel Model(long[] layers, long head) => new([.. layers.Select(bytes => new PlannedLayer(bytes, bytes, 16))], 100, head, 0, 64);

    private static long Busiest(long[] layers, long head, ImmutableArray<LayerRange> cut) =>
        cut.Max(range => layers[range.First..range.End].Sum() + (range.End == layers.Length ? head : 0));

    private static IEnumerable<ImmutableArray<int>> Cuts(int layers, int stages) => stages == 1
        ? [[layers]]
        : Enumerable.Range(1, layers - stages + 1).SelectMany(first => Cuts(layers - first, stages - 1).Select(rest => rest.Insert(0, first)));
}
