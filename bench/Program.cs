using SwarmCompute.Bench;

switch (args)
{
    case ["pipeline", var libraries, var model]:
        await PipelineBench.Run(libraries, model, CancellationToken.None);
        return 0;
    case ["events", var repository]:
        await EventsBench.Run(repository, CancellationToken.None);
        return 0;
    default:
        Console.Error.WriteLine("usage: Bench pipeline LIBRARIES MODEL.gguf   (LIBRARIES: the folder of libllama, native/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64)");
        Console.Error.WriteLine("       Bench events REPOSITORY               (REPOSITORY: this repository's folder; needs node and npm)");
        return 1;
}
