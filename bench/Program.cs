using SwarmCompute.Bench;

switch (args)
{
    case ["pipeline", var libraries, var model]:
        await PipelineBench.Run(libraries, model, CancellationToken.None);
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
        Console.Error.WriteLine("usage: Bench pipeline LIBRARIES MODEL.gguf   (LIBRARIES: the folder of libllama, native/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64)");
        Console.Error.WriteLine("       Bench events REPOSITORY               (REPOSITORY: this repository's folder; needs node and npm)");
        Console.Error.WriteLine("       Bench head REPOSITORY");
        Console.Error.WriteLine("       Bench apply                           (needs redis-server in the PATH)");
        Console.Error.WriteLine("       Bench evidence [VECTORS]              (VECTORS: a folder with real evidence, as SWARM_VECTORS names one for the tests)");
        return 1;
}
