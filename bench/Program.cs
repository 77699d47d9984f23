using SwarmCompute.Bench;

switch (args)
{
    case ["pipeline", .. var options] when options.All(o => o is "--json" or "--quick"):
        await PipelineBench.Run(options.Contains("--json"), options.Contains("--quick"), CancellationToken.None);
        return 0;
    case ["failover", .. var options] when options.All(o => o is "--json" or "--quick"):
        return await FailoverBench.Run(options.Contains("--json"), options.Contains("--quick"), CancellationToken.None) ? 0 : 1;
    case ["plan", .. var options] when options.All(o => o is "--json"):
        await PlanBench.Run(options.Contains("--json"));
        return 0;
    case ["soak", .. var options] when SoakOptions.Parse(options) is { } soak:
        return await SoakBench.Run(soak, CancellationToken.None) ? 0 : 1;
    case ["stage"]:                                                              // parts of those, in processes of their own
        await StageHost.Run(CancellationToken.None);
        return 0;
    case ["rpc-server" or "rpc-client"]:
        await RpcHost.Run(CancellationToken.None);
        return 0;
    case ["events", var repository]:
        await EventsBench.Run(repository, CancellationToken.None);
        return 0;
    case ["apply"]:
        return await ApplyBench.Run(CancellationToken.None) ? 0 : 1;
    case ["head", var repository]:
        await HeadBench.Run(repository, CancellationToken.None);
        return 0;
    case ["evidence"]:
        return await EvidenceBench.Run(null, CancellationToken.None) ? 0 : 1;
    case ["evidence", var vectors]:
        return await EvidenceBench.Run(vectors, CancellationToken.None) ? 0 : 1;
    default:
        Console.Error.WriteLine("usage: bench pipeline [--json] [--quick]     (needs npm, tar, git and g++ the first time)");
        Console.Error.WriteLine("       bench failover [--json] [--quick]");
        Console.Error.WriteLine("       bench plan [--json]                   (needs root and iproute2)");
        Console.Error.WriteLine("       bench soak [--minutes N] [--streams 1..64] [--json]");
        Console.Error.WriteLine("       bench events REPOSITORY               (REPOSITORY: this repository's folder; needs node and npm)");
        Console.Error.WriteLine("       bench head REPOSITORY");
        Console.Error.WriteLine("       bench apply                           (needs redis-server in the PATH)");
        Console.Error.WriteLine("       bench evidence [VECTORS]              (VECTORS: a folder with real evidence, as SWARM_VECTORS names one for the tests)");
        return 1;
}
