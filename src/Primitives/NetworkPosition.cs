namespace SwarmCompute;

/// <summary>
/// Where a node is in the network, so that the round trip between any two nodes can be estimated though they never measured it: a Vivaldi coordinate with
/// a height, each node's own, moved a little by every round trip that the node measures (Dabek, Cox, Kaashoek, Morris: "Vivaldi: A Decentralized Network
/// Coordinate System", SIGCOMM 2004, sections 2.5 and 5.4).
/// </summary>
/// <param name="X">Milliseconds.</param>
/// <param name="Y">Milliseconds.</param>
/// <param name="Z">Milliseconds.</param>
/// <param name="Height">Milliseconds on the node's own line, which every way from it or to it has; more than 0.</param>
/// <param name="Error">How far off estimates are, as a part of the round trip, or of 1 ms where it is shorter: 0 to 1; 1 where nothing was measured.</param>
public sealed record NetworkPosition(double X, double Y, double Z, double Height, double Error)
{
    /// <summary>Nothing below this, in milliseconds, is told apart.</summary>
    public const double HeightMin = 0.01;

    /// <summary>The furthest that a coordinate may be from 0, in milliseconds.</summary>
    public const double CoordinateMax = 1_000_000;

    /// <summary>A position that knows no more than this much of the round trips is not used to choose servers.</summary>
    public const double ErrorOfUse = 0.5;

    /// <summary>The furthest that one measure moves a position, in milliseconds, whoever lies about being elsewhere.</summary>
    public const double MoveMax = 100;

    private const double Tuning = 0.25;
    private const double NearMs = 1;                         // who is nearer is off by parts of this, for its round trips are mostly noise

    /// <summary>Where a node begins that has measured nothing.</summary>
    public static NetworkPosition Unknown { get; } = new(0, 0, 0, HeightMin, 1);

    /// <summary>Whether enough was measured for <see cref="RoundTripTo"/> to mean something.</summary>
    public bool IsKnown => Error <= ErrorOfUse;

    /// <summary>Whether every number is in its range. What comes from others is asked first.</summary>
    public bool IsValid =>
        double.Abs(X) <= CoordinateMax && double.Abs(Y) <= CoordinateMax && double.Abs(Z) <= CoordinateMax && Height is >= HeightMin and <= CoordinateMax && Error is >= 0 and <= 1;

    /// <summary>The estimated round trip between two nodes, in milliseconds.</summary>
    public double RoundTripTo(NetworkPosition other) => Distance(other) + Height + other.Height;

    /// <summary>The position after one more measure.</summary>
    /// <param name="other">Where the other node says it is.</param>
    /// <param name="roundTrip">To it and back, in milliseconds: more than 0.</param>
    /// <param name="random">Chooses a direction where both are in the same place.</param>
    public NetworkPosition Measured(NetworkPosition other, double roundTrip, Random random)
    {
        roundTrip = double.Clamp(roundTrip, HeightMin, CoordinateMax);
        var (estimate, distance) = (RoundTripTo(other), Distance(other));
        var weight = Error + other.Error > 0 ? Error / (Error + other.Error) : 0.5;
        var off = double.Min(1, double.Abs(estimate - roundTrip) / double.Max(roundTrip, NearMs));
        var force = double.Clamp(Tuning * weight * (roundTrip - estimate), -MoveMax, MoveMax);
        var apart = distance > HeightMin;                    // else the heights are nearly all of the estimate, and would take what is distance
        var (x, y, z) = apart ? ((X - other.X) / distance, (Y - other.Y) / distance, (Z - other.Z) / distance) : Direction(random);
        return new NetworkPosition(
            Bounded(X + force * x), Bounded(Y + force * y), Bounded(Z + force * z),
            double.Clamp(apart ? Height + force * (Height + other.Height) / estimate : Height, HeightMin, CoordinateMax),
            double.Clamp(Error + Tuning * weight * (off - Error), 0, 1));
    }

    private double Distance(NetworkPosition other) => double.Sqrt((X - other.X) * (X - other.X) + (Y - other.Y) * (Y - other.Y) + (Z - other.Z) * (Z - other.Z));

    private static double Bounded(double value) => double.Clamp(value, -CoordinateMax, CoordinateMax);

    private static (double X, double Y, double Z) Direction(Random random)
    {
        while (true)
        {
            var (x, y, z) = (random.NextDouble() - 0.5, random.NextDouble() - 0.5, random.NextDouble() - 0.5);
            var length = double.Sqrt(x * x + y * y + z * z);
            if (length > 0.1) return (x / length, y / length, z / length);
        }
    }
}
