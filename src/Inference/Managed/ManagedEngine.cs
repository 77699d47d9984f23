namespace SwarmCompute.Inference;

/// <summary>
/// A small engine in C# alone, for tests and for machines where llama.cpp does not load. It runs models of the architectures
/// llama and qwen3 (dense, without biases; rotation plain, with factors, or scaled linearly) whose tensors are stored as f32,
/// f16, bf16 or q8_0, whole or in the stages that <see cref="GgufSlicer"/> writes, and computes in 32-bit floats throughout.
/// </summary>
/// <remarks>
/// Its law: a token's result depends on the tokens before it in its sequence and on nothing else. The same tokens give the same bits
/// however they are cut into calls, however the layers are cut into stages, and whatever other sessions do. It does not round
/// what llama.cpp rounds (keys and values to halves, activations to the weights' type), so the two engines agree closely, not in bits.
/// Each call runs on its caller's thread: <see cref="StageLoadOptions.Threads"/> and <see cref="StageLoadOptions.GpuLayers"/> change nothing.
/// </remarks>
public static class ManagedEngine
{
    /// <summary>Loads a stage's file; a whole model's file is a stage with all layers. The weights are mapped, and read as they are needed.</summary>
    /// <exception cref="InvalidGgufException">The file cannot be used.</exception>
    /// <exception cref="InferenceException">It is the wrong stage for the options, or has an architecture, a tensor or a type that is not run here.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public static IStageKernel LoadStage(string stagePath, StageLoadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        RequireLittleEndian();
        var file = GgufFile.Read(stagePath);
        if (file.Stage is { } stage && stage.Last != options.Last)
            throw new InferenceException($"{stagePath} {(stage.Last ? "ends its model" : "does not end its model")}, and is not to be loaded as a stage that {(options.Last ? "does" : "does not")}.");
        return new ManagedStageKernel(new ManagedModel(file, options.Last), options);
    }

    /// <summary>Opens the token embeddings of a whole model's file of any architecture; they are read as they are needed.</summary>
    /// <exception cref="InvalidGgufException">The file cannot be used.</exception>
    /// <exception cref="InferenceException">It has no embeddings (a stage's file), or of a type that is not read here.</exception>
    public static IEmbedding LoadEmbedding(string modelPath)
    {
        RequireLittleEndian();
        var model = GgufFile.Read(modelPath);
        if (model.Stage is not null) throw new InferenceException($"{modelPath} is a stage and has no token embeddings; give the whole model's file.");
        return new ManagedEmbedding(model);
    }

    private static void RequireLittleEndian()
    {
        if (!BitConverter.IsLittleEndian) throw new InferenceException("The managed engine needs a little-endian machine.");
    }
}
