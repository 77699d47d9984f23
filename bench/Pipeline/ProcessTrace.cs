namespace SwarmCompute.Bench;

/// <summary>What one process, a generation of a slot, held as time went by.</summary>
internal sealed class ProcessTrace(int slot, int id)
{
    private const int WarmUpSamples = 3, SamplesMin = 12;                    // a process that lived for less says nothing of growth
    private const long GrowthAllowedBytes = 32 << 20;
    private const int HandlesAllowed = 16;

    private readonly List<(long Bytes, int Handles)> _samples = [];

    public int Slot => slot;

    public int Id => id;

    public int Samples => _samples.Count;

    public long Bytes => _samples.Count == 0 ? 0 : _samples[^1].Bytes;

    public int Handles => _samples.Count == 0 ? 0 : _samples[^1].Handles;

    public async Task Sample(CancellationToken cancel)
    {
        var status = await File.ReadAllLinesAsync($"/proc/{id}/status", cancel);
        var resident = status.Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        _samples.Add((1024 * long.Parse(resident, System.Globalization.CultureInfo.InvariantCulture), Directory.GetFileSystemEntries($"/proc/{id}/fd").Length));
    }

    /// <summary>
    /// Medians of the first and the last quarter of its samples, without those of its start; null where there are too few. It grows where the last
    /// is more than a quarter and 32 MiB above the first, or has more than 16 handles more.
    /// </summary>
    public Growth? Grown()
    {
        var settled = _samples.Skip(WarmUpSamples).ToList();
        if (settled.Count < SamplesMin) return null;
        var quarter = settled.Count / 4;
        var (first, last) = (settled.Take(quarter).ToList(), settled.TakeLast(quarter).ToList());
        double Bytes(List<(long Bytes, int Handles)> samples) => Report.Median(samples.Select(sample => (double)sample.Bytes));
        double Handles(List<(long Bytes, int Handles)> samples) => Report.Median(samples.Select(sample => (double)sample.Handles));
        var grows = Bytes(last) > 1.25 * Bytes(first) + GrowthAllowedBytes || Handles(last) > Handles(first) + HandlesAllowed;
        return new Growth(slot, id, settled.Count, Bytes(first) / (1 << 20), Bytes(last) / (1 << 20), Handles(first), Handles(last), grows);
    }

    internal sealed record Growth(int Slot, int Process, int Samples, double FirstMiB, double LastMiB, double FirstHandles, double LastHandles, bool Grows);
}
