using SwarmCompute.Inference;

namespace SwarmCompute.Guest.Loader;

/// <summary>Step 6: the guest's layers are cut out of the model and loaded; the cut goes through a file that has no name.</summary>
internal static class LoadStage
{
    /// <summary>Tokens of a prompt in one call; every stage of a pipeline has the same number.</summary>
    public const int PrefillTokens = 32;

    /// <summary>How the manifest has hidden states written between the stages.</summary>
    /// <exception cref="GuestException">In a way that is not known here.</exception>
    public static BoundaryFormat BoundaryOf(Manifest manifest) => manifest.Boundary switch
    {
        "bf16" => BoundaryFormat.Bf16,
        "int8" => BoundaryFormat.ByteBlocks,
        Manifest.BoundaryExact => BoundaryFormat.F32,
        _ => throw new GuestException($"The stage cannot be loaded: this guest knows no hidden states as {manifest.Boundary}."),
    };

    /// <summary>Loads the engine's libraries.</summary>
    /// <exception cref="GuestException">The engine cannot be used.</exception>
    public static void StartEngine(Ticket ticket)
    {
        try
        {
            LlamaCpp.Initialize(ticket.NativeLibraryDirectory);
        }
        catch (InferenceException fault)
        {
            throw new GuestException($"The engine cannot be started: {fault.Message}", fault);
        }
    }

    /// <summary>Loads it into the engine, which must have been started. Takes as long as the engine takes, and cannot be interrupted.</summary>
    /// <param name="ticket">Names the slot, and where the engine is.</param>
    /// <param name="manifest">Says how many stages there are, and their bounds.</param>
    /// <param name="modelPath">The verified model.</param>
    /// <param name="files">Where to put the cut.</param>
    /// <exception cref="GuestException">The model or the engine cannot be used.</exception>
    public static LoadedStage Run(Ticket ticket, Manifest manifest, string modelPath, WorkFiles files)
    {
        try
        {
            return Load(ticket, manifest, modelPath, files);
        }
        catch (Exception fault) when (fault is InvalidGgufException or InferenceException or IOException or UnauthorizedAccessException)
        {
            throw new GuestException($"The stage cannot be loaded: {fault.Message}", fault);
        }
        finally
        {
            files.Wipe();
        }
    }

    private static LoadedStage Load(Ticket ticket, Manifest manifest, string modelPath, WorkFiles files)
    {
        var file = GgufFile.Read(modelPath);
        var model = file.Model;
        if (model.Layers < manifest.Stages)
            throw new GuestException($"The stage cannot be loaded: the model's {model.Layers} layers are too few for {manifest.Stages} stages.");
        var ranges = manifest.Layers.IsEmpty ? StageCut.Balanced(PlannedModel.Of(file), manifest.Stages) : StageCut.Of(manifest.Layers, model.Layers);
        var (slot, last) = (ticket.Lease.Slot, ticket.Lease.Slot == manifest.Stages - 1);
        using var stage = manifest.Stages > 1 ? files.OpenStageFile() : null;
        if (stage is not null) GgufSlicer.WriteStage(modelPath, stage, ranges[slot], last);
        var kernel = LlamaCpp.LoadStage(stage is null ? modelPath : WorkFiles.PathOf(stage), new StageLoadOptions
        {
            Last = last,
            ContextTokensPerSession = manifest.ContextTokens,
            SessionsMax = manifest.Sessions,
            KvTokens = manifest.KvTokens,
            Threads = manifest.Threads,
            PrefillTokensMax = PrefillTokens,
        });
        var head = slot == 0 ? (LlamaCpp.LoadTokenizer(modelPath), LlamaCpp.LoadEmbedding(modelPath)) : ((ITokenizer, IEmbedding)?)null;
        return new LoadedStage(model, ranges, kernel, head?.Item1, head?.Item2);
    }
}
