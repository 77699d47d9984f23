using System.Runtime.InteropServices;
using System.Text;

namespace SwarmCompute.Inference;

/// <summary>
/// llama.cpp, by its C interface, from the prebuilt libraries of one release. Its structures change from release to
/// release, so another one than expected is refused. An assertion inside it ends the process: host it in a process of its own.
/// </summary>
public static unsafe class LlamaCpp
{
    private const string VersionExpected = "0.5.0-dev";

    private static readonly Lock Gate = new();
    private static string? _directory;

    /// <summary>The engine's version.</summary>
    /// <exception cref="InvalidOperationException">It was not initialized.</exception>
    public static string Version
    {
        get
        {
            RequireInitialized();
            return VersionExpected;
        }
    }

    /// <summary>
    /// Loads the engine and its back ends (the best for this processor; GPUs, where their plugins are in the directory and
    /// load). Once for a process; again with the same directory does nothing.
    /// </summary>
    /// <param name="libraryDirectory">Where the libraries are: the bins folder of the npm package for this machine.</param>
    /// <exception cref="InferenceException">A library is missing, of another release, or loaded from elsewhere already.</exception>
    public static void Initialize(string libraryDirectory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(libraryDirectory);
        var directory = Path.GetFullPath(libraryDirectory);
        lock (Gate)
        {
            if (_directory == directory) return;
            if (_directory is not null) throw new InferenceException($"The inference engine is loaded from {_directory} already, and not again from {directory}.");
            if (!Environment.Is64BitProcess || !BitConverter.IsLittleEndian) throw new InferenceException("The inference engine needs a 64-bit, little-endian machine.");
            NativeLibraries.Load(directory);
            RefuseOtherRelease();
            NativeLog.Install();
            fixed (byte* path = Encoding.UTF8.GetBytes(directory + '\0')) NativeMethods.BackendLoadAll(path);
            NativeMethods.BackendInit();
            if (NativeMethods.DeviceCount() == 0) throw new InferenceException($"No back end in {directory} runs on this machine: {NativeLog.Take()}.");
            _directory = directory;
        }
    }

    /// <summary>Loads a stage's file; a whole model's file is a stage with all layers.</summary>
    /// <exception cref="InvalidGgufException">The file cannot be used.</exception>
    /// <exception cref="InferenceException">It is the wrong stage for the options, or the engine refused it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public static IStageKernel LoadStage(string stagePath, StageLoadOptions options)
    {
        RequireInitialized();
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        var file = GgufFile.Read(stagePath);
        if (file.Stage is { } stage && stage.Last != options.Last)
            throw new InferenceException($"{stagePath} {(stage.Last ? "ends its model" : "does not end its model")}, and is not to be loaded as a stage that {(options.Last ? "does" : "does not")}.");
        var model = Load(stagePath, parameters => parameters with { GpuLayers = options.GpuLayers });
        var (layers, length) = (NativeMethods.Layers(model.Address), NativeMethods.EmbeddingLength(model.Address));
        if ((layers, length) == (file.Model.Layers, file.Model.EmbeddingLength)) return Kernel(model, file, options);
        model.Dispose();
        throw new InferenceException($"llama.cpp sees {layers} layers of {length} floats in {stagePath}; the file says {file.Model.Layers} of {file.Model.EmbeddingLength}.");
    }

    /// <summary>Loads the tokenizer of a whole model's file; its weights stay on the disk.</summary>
    /// <exception cref="InvalidGgufException">The file cannot be used.</exception>
    /// <exception cref="InferenceException">It has no tokenizer (a stage's file), or the engine refused it.</exception>
    public static ITokenizer LoadTokenizer(string modelPath)
    {
        RequireInitialized();
        if (!GgufFile.Read(modelPath).HasTokenizer) throw new InferenceException($"{modelPath} has no tokenizer; give the whole model's file.");
        return new LlamaTokenizer(Load(modelPath, parameters => parameters with { VocabOnly = 1 }));
    }

    /// <summary>Opens the token embeddings of a whole model's file; they are read as they are needed.</summary>
    /// <exception cref="InvalidGgufException">The file cannot be used.</exception>
    /// <exception cref="InferenceException">It has no embeddings (a stage's file), or of a form that cannot be read.</exception>
    public static IEmbedding LoadEmbedding(string modelPath)
    {
        RequireInitialized();
        var model = GgufFile.Read(modelPath);
        if (model.Stage is not null) throw new InferenceException($"{modelPath} is a stage and has no token embeddings; give the whole model's file.");
        return new LlamaEmbedding(model);
    }

    private static LlamaModelHandle Load(string path, Func<LlamaModelParams, LlamaModelParams> configure)
    {
        NativeLog.Clear();
        nint model;
        fixed (byte* name = Encoding.UTF8.GetBytes(Path.GetFullPath(path) + '\0')) model = NativeMethods.LoadModel(name, configure(NativeMethods.ModelDefaults()));
        return model != 0 ? new(model) : throw new InferenceException($"{path} cannot be loaded: {NativeLog.Take()}.");
    }

    private static LlamaStageKernel Kernel(LlamaModelHandle model, GgufMetadata stage, StageLoadOptions options)
    {
        try
        {
            return new LlamaStageKernel(model, stage, options, new BatchProbe(model, stage, options).Choose(), ownsModel: true);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static void RequireInitialized()
    {
        if (_directory is null) throw new InvalidOperationException("Call LlamaCpp.Initialize first.");
    }

    private static void RefuseOtherRelease()
    {
        var version = Marshal.PtrToStringUTF8((nint)NativeMethods.Version());
        var (model, context) = (NativeMethods.ModelDefaults(), NativeMethods.ContextDefaults());
        var layoutIsKnown = model is { GpuLayers: -1, SplitMode: 1, LoadMode: -1, LazyMode: 1, VocabOnly: 0, UseExtraBuffers: 1, KvOverrides: 0 }
            && context is { ContextTokens: 512, BatchTokens: 2048, MicroBatchTokens: 512, SequencesMax: 1, Threads: 4, ThreadsBatch: 4, FlashAttention: -1 }
            && context is { TypeK: 1, TypeV: 1, SwaFull: 1, KvUnified: 0 } && context.EvalCallback == null;
        if (version != VersionExpected || !layoutIsKnown)
            throw new InferenceException($"The inference library is llama.cpp '{version}'{(layoutIsKnown ? "" : ", with other defaults")}; this program was made for '{VersionExpected}': install the version that native/package-lock.json names.");
    }
}
