using SwarmCompute.Inference;

namespace SwarmCompute.Bench;

/// <summary>Where figures come from: without it they mean nothing. Loads are of the last minute.</summary>
internal sealed record MachineFigures(int Cores, string LoadBefore, string LoadAfter, string DotNet, string LlamaCpp)
{
    public static async Task<string> Load(CancellationToken cancel) => (await File.ReadAllTextAsync("/proc/loadavg", cancel)).Split(' ')[0];

    public static async Task<MachineFigures> Now(string loadBefore, CancellationToken cancel) =>
        new(Environment.ProcessorCount, loadBefore, await Load(cancel), Environment.Version.ToString(), Inference.LlamaCpp.Version);
}
