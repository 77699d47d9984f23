using System.Text.Json;
using SwarmCompute.Client.Cli;

namespace SwarmCompute.Bench;

/// <summary>
/// What sharding costs and brings, every stage a process of one thread on this machine, linked by mutual TLS 1.3: one stream through 3 stages against
/// the same model in one stage with no link and against llama.cpp's own split, 32 streams against one, a hop against plain TCP, and what a stage
/// allocates. What is compared takes turns in one run.
/// </summary>
internal static class PipelineBench
{
    /// <summary>Tokens of a prompt in one call, in every stage of every bench.</summary>
    public const int ChunkTokens = 32;

    private const int Rounds = 5, QuickRounds = 2;
    private static readonly int[] RpcServers = [2, 3], QuickRpcServers = [3];

    /// <param name="json">Whether to end with one line of JSON instead of a table.</param>
    /// <param name="quick">The small model alone, in fewer rounds.</param>
    public static async Task Run(bool json, bool quick, CancellationToken cancel)
    {
        var root = RepositoryRoot.Find();
        var loadBefore = await MachineFigures.Load(cancel);
        Inference.LlamaCpp.Initialize(root.NativeLibraries);
        var (rounds, servers) = quick ? (QuickRounds, QuickRpcServers) : (Rounds, RpcServers);
        var hops = await HopCost.Measure(rounds, cancel);
        var rpc = await RpcSources.Ensure(root.Path, root.NativeLibraries, cancel);
        var models = new Dictionary<string, ModelFigures>();
        BenchModel[] measured = quick ? [BenchModel.Small] : [BenchModel.Small, BenchModel.Large];
        foreach (var model in measured)
        {
            var path = BenchModels.Ensure(model, root.Below("artifacts", "bench-models"));
            models.Add(model.Name, await ModelFigures.Measure(model, path, root.NativeLibraries, rpc, servers, rounds, cancel));
        }
        var report = PipelineReport.Of(models, measured[^1].Name, hops, await MachineFigures.Now(loadBefore, cancel));
        if (json) Console.WriteLine(JsonSerializer.Serialize(report, PipelineReport.Json));
        else report.Say();
    }
}
