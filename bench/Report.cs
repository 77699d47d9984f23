namespace SwarmCompute.Bench;

/// <summary>The lines that a benchmark prints.</summary>
internal static class Report
{
    public static void Say(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));

    /// <summary>Where figures come from: without it they mean nothing.</summary>
    public static async Task SayMachine(CancellationToken cancel) => Say(
        $"{Environment.ProcessorCount} cores, load {(await File.ReadAllTextAsync("/proc/loadavg", cancel)).Split(' ')[0]}, .NET {Environment.Version}");

    public static double Median(IEnumerable<double> values) => Quantile(values, 0.5);

    /// <summary>The value that a share of all values does not exceed.</summary>
    public static double Quantile(IEnumerable<double> values, double share)
    {
        var ordered = values.Order().ToList();
        return ordered[Math.Max(0, (int)Math.Ceiling(share * ordered.Count) - 1)];
    }
}
