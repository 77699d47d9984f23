using System.Text.Json;

namespace SwarmCompute.Client.Testing;

/// <summary>How many tests of a project passed and failed.</summary>
internal sealed record TestCount(int Passed, int Failed)
{
    /// <summary>A project whose runner crashed, hung, or ran nothing counts as one failure.</summary>
    public static TestCount Crashed { get; } = new(0, 1);

    public static TestCount operator +(TestCount left, TestCount right) => new(left.Passed + right.Passed, left.Failed + right.Failed);

    /// <summary>Reads the counts of a CTRF report (ctrf.io): passed is passed, and everything else that there is counts as failed, skipped ones too.</summary>
    /// <exception cref="JsonException">Not a CTRF report.</exception>
    public static TestCount ReadCtrf(ReadOnlyMemory<byte> report)
    {
        using var json = JsonDocument.Parse(report);
        if (!json.RootElement.TryGetProperty("results", out var results) || !results.TryGetProperty("summary", out var summary))
            throw new JsonException("the report has no summary");
        var total = summary.GetProperty("tests").GetInt32();
        var passed = summary.GetProperty("passed").GetInt32();
        return total == 0 ? Crashed : new TestCount(passed, total - passed);
    }
}
