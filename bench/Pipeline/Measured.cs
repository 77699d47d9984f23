using System.Globalization;

namespace SwarmCompute.Bench;

/// <summary>A figure that was measured several times, of which more is better.</summary>
internal sealed record Measured(double Best, double Median)
{
    public static Measured Of(IReadOnlyCollection<double> values) => new(values.Max(), Report.Median(values));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Best:F1} ({Median:F1})");
}
