using SwarmCompute.Bench;

if (args is not [var libraries, var model])
{
    Console.Error.WriteLine("usage: Bench LIBRARIES MODEL.gguf   (LIBRARIES: the folder of libllama, native/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64)");
    return 1;
}
await PipelineBench.Run(libraries, model, CancellationToken.None);
return 0;
