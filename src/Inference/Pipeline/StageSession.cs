namespace SwarmCompute.Inference;

/// <summary>One session in a stage. Its state is guarded by the ring's gate, but for the kernel session, which is the kernel thread's.</summary>
internal sealed class StageSession(SessionId id)
{
    public SessionId Id => id;

    public KernelWorker.SerialQueue Queue { get; } = new();

    /// <summary>The sequence of the next frame.</summary>
    public long Expected { get; set; }

    /// <summary>Tokens in the frames so far.</summary>
    public int Position { get; set; }

    /// <summary>The position after each frame that the kernel has finished, where the engine can hand sessions over.</summary>
    public List<int> Ends { get; } = [];

    /// <summary>Finished frames that the standby was handed over the link of now.</summary>
    public int Handed { get; set; }

    /// <summary>Whether it waits to be handed to the standby.</summary>
    public bool IsBehind { get; set; }

    /// <summary>Whether it is never handed to the standby: what it has pooled is in no delta. The standby is fed its frames anew.</summary>
    public bool StaysHere { get; set; }

    public bool IsOver { get; set; }

    public bool IsRefused { get; set; }

    /// <summary>Whether its answer is over: it stays for others to begin with its tokens.</summary>
    public bool Rests { get; set; }

    public IStageSession? Kernel { get; set; }
}
