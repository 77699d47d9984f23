using CsCheck;

namespace SwarmCompute.Primitives.Tests;

public sealed class NetworkPositionTests
{
    private const double PlaneMs = 100, HeightMaxMs = 5;
    private const int MeasuresOfANode = 200;

    private static readonly Gen<double> Coordinate = Extreme(-NetworkPosition.CoordinateMax, NetworkPosition.CoordinateMax);
    private static readonly Gen<NetworkPosition> Anywhere = Gen.Select(
        Coordinate, Coordinate, Coordinate, Extreme(NetworkPosition.HeightMin, NetworkPosition.CoordinateMax), Extreme(0, 1),
        (x, y, z, height, error) => new NetworkPosition(x, y, z, height, error));

    private static readonly Gen<double> RoundTrip = Gen.OneOf(Gen.Double[1e-9, 1000], Consts(double.Epsilon, NetworkPosition.HeightMin, double.MaxValue, double.PositiveInfinity));

    [Fact]
    public void Nodes_learn_where_they_are() => Gen.Select(Gen.Int[4, 20], Gen.Int).Sample((count, seed) =>
    {
        var random = new Random(seed);
        var places = Enumerable.Range(0, count)
            .Select(_ => (X: PlaneMs * random.NextDouble(), Y: PlaneMs * random.NextDouble(), Height: 0.1 + HeightMaxMs * random.NextDouble())).ToList();
        var positions = Learn(count, random, (one, other) =>
            double.Hypot(places[one].X - places[other].X, places[one].Y - places[other].Y) + places[one].Height + places[other].Height, out var errors);
        Assert.InRange(Median(errors), 0, 0.2);
        Assert.All(positions, position => Assert.True(position.IsKnown));
    });

    [Fact]
    public void Two_sides_30_ms_apart_are_told_apart() => Gen.Select(Gen.Int[2, 8], Gen.Int).Sample((each, seed) =>
    {
        bool Together(int one, int other) => one / each == other / each;
        var random = new Random(seed);
        var positions = Learn(2 * each, random, (one, other) => Together(one, other) ? 0.1 + 0.4 * random.NextDouble() : 29 + 2 * random.NextDouble(), out _);
        Assert.All(positions, position => Assert.True(position.IsKnown, $"{position}"));
        for (var one = 0; one < positions.Length; one++)
            for (var other = 0; other < positions.Length; other++)
                if (one != other) Assert.Equal(Together(one, other), positions[one].RoundTripTo(positions[other]) < 15);
    });

    [Fact]
    public void The_same_measures_lead_to_the_same_place() => Gen.Int.Sample(seed =>
    {
        NetworkPosition[] Once() => Learn(5, new Random(seed), (one, other) => 1 + one + other, out _);
        Assert.Equal(Once(), Once());
    });

    [Fact]
    public void Whatever_others_say_a_position_stays_one() => Gen.Select(Anywhere, Gen.Select(Anywhere, RoundTrip).Array[1, 20], Gen.Int).Sample((position, said, seed) =>
    {
        var random = new Random(seed);
        foreach (var (other, roundTrip) in said)
        {
            position = position.Measured(other, roundTrip, random);
            Assert.True(position.IsValid, $"{position}");
        }
    });

    [Fact]
    public void Nobody_who_lies_moves_a_node_far() => Gen.Select(Anywhere, Anywhere, RoundTrip, Gen.Int).Sample((position, other, roundTrip, seed) =>
    {
        var moved = position.Measured(other, roundTrip, new Random(seed));
        double[] step = [moved.X - position.X, moved.Y - position.Y, moved.Z - position.Z];
        Assert.InRange(Math.Sqrt(step.Sum(part => part * part)), 0, NetworkPosition.MoveMax * 1.001);
        Assert.InRange(Math.Abs(moved.Height - position.Height), 0, NetworkPosition.MoveMax * 1.001);
    });

    [Fact]
    public void Two_nodes_in_one_place_part_by_their_round_trip_and_not_by_their_heights()
    {
        var moved = NetworkPosition.Unknown.Measured(NetworkPosition.Unknown, 40, new Random(1));
        Assert.True(moved.RoundTripTo(NetworkPosition.Unknown) > 1);
        Assert.Equal(NetworkPosition.HeightMin, moved.Height);
    }

    [Theory]
    [InlineData(double.NaN, 0, 0, 1, 1)]
    [InlineData(0, double.PositiveInfinity, 0, 1, 1)]
    [InlineData(0, 0, -1_000_001, 1, 1)]
    [InlineData(0, 0, 0, 0, 1)]
    [InlineData(0, 0, 0, double.NaN, 1)]
    [InlineData(0, 0, 0, 1, -0.1)]
    [InlineData(0, 0, 0, 1, 1.1)]
    [InlineData(0, 0, 0, 1, double.NaN)]
    public void A_number_out_of_its_range_makes_it_no_position(double x, double y, double z, double height, double error) =>
        Assert.False(new NetworkPosition(x, y, z, height, error).IsValid);

    /// <summary>Every node measures others at random; gives where they are then, and how far off each pair's estimate is.</summary>
    private static NetworkPosition[] Learn(int count, Random random, Func<int, int, double> roundTrip, out List<double> errors)
    {
        NetworkPosition[] positions = [.. Enumerable.Repeat(NetworkPosition.Unknown, count)];
        for (var measure = 0; measure < MeasuresOfANode * count; measure++)
        {
            var one = random.Next(count);
            var other = (one + 1 + random.Next(count - 1)) % count;
            positions[one] = positions[one].Measured(positions[other], roundTrip(one, other), random);
        }
        errors = [];
        for (var one = 0; one < count; one++)
            for (var other = 0; other < one; other++)
                errors.Add(Math.Abs(positions[one].RoundTripTo(positions[other]) / roundTrip(one, other) - 1));
        return positions;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static Gen<double> Extreme(double min, double max) => Gen.OneOf(Gen.Double[min, max], Consts(min, max));

    private static Gen<double> Consts(params double[] values) => Gen.Int[0, values.Length - 1].Select(at => values[at]);
}
