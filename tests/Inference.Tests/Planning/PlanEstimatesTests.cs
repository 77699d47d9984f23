namespace SwarmCompute.Inference.Tests;

public sealed class PlanEstimatesTests
{
    private static readonly PlannedModel Model = new([new(3000, 1000, 8) { ActiveWeights = 500 }, new(3000, 3000, 8) { ActiveWeights = 1500 }], 0, 0, 0, 16);

    [Fact]
    public void Decoding_reads_a_mean_layer_and_a_prompt_costs_two_operations_for_each_weight() =>
        Assert.Equal(new PlanCandidate(new NodeId("a"), 77, 3, 5), PlanEstimates.Candidate(Model, new NodeId("a"), 77, bytesPerSecond: 6000, operationsPerSecond: 10_000));

    [Theory, InlineData(1e-300, 1e-3), InlineData(1e300, 1e9)]
    public void A_speed_that_cannot_be_is_taken_as_the_nearest_that_can(double said, double taken) =>
        Assert.Equal(new PlanCandidate(new NodeId("a"), 0, taken, taken), PlanEstimates.Candidate(Model, new NodeId("a"), 0, said, said));

    [Fact]
    public void A_model_whose_weights_nobody_counted_can_be_planned()
    {
        var model = Model with { Layers = [new(1000, 1000, 0)] };
        Assert.Equal(1e9, PlanEstimates.Candidate(model, new NodeId("a"), 0, 1000, 1000).PrefillLayersPerSecond);
    }

    [Fact]
    public void Each_ordered_pair_has_a_link_as_long_as_their_positions_say_and_a_short_one_where_one_is_not_known()
    {
        var links = PlanEstimates.Links([
            (new NodeId("a"), new NetworkPosition(0, 0, 0, 1, 0.1)),
            (new NodeId("b"), new NetworkPosition(3, 4, 0, 2, 0.5)),
            (new NodeId("c"), new NetworkPosition(900, 0, 0, 1, 0.6)),
            (new NodeId("d"), null),
            (new NodeId("e"), new NetworkPosition(NetworkPosition.CoordinateMax, 0, 0, 1, 0))]);
        Assert.Equal(20, links.Length);
        Assert.Equal(TimeSpan.FromMilliseconds(8), RoundTrip("a", "b"));
        Assert.Equal(TimeSpan.FromMilliseconds(8), RoundTrip("b", "a"));
        Assert.Equal(PlanEstimates.RoundTripUnknown, RoundTrip("a", "c"));
        Assert.Equal(PlanEstimates.RoundTripUnknown, RoundTrip("d", "a"));
        Assert.Equal(TimeSpan.FromMinutes(10), RoundTrip("a", "e"));
        Assert.All(links, link => Assert.Equal(PlanEstimates.LinkBytesPerSecond, link.BytesPerSecond));

        TimeSpan RoundTrip(string from, string to) => links.Single(link => (link.From.Value, link.To.Value) == (from, to)).RoundTrip;
    }
}
