namespace SwarmCompute.Inference;

/// <summary>A call that waits for the kernel's thread, on which it is begun and ended.</summary>
internal interface IKernelCall
{
    /// <summary>How many tokens it has.</summary>
    int Tokens { get; }

    /// <summary>Makes the call just before it is run; null where it is not to be run any more.</summary>
    StageCall? Begin();

    /// <summary>Takes what came of it.</summary>
    void End(StageCall call);

    /// <summary>It is not run any more, as the worker has stopped: lets go of what it holds. May be called on any thread.</summary>
    void Drop();
}
