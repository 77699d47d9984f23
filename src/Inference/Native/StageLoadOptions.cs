namespace SwarmCompute.Inference;

/// <summary>How to load a stage.</summary>
public sealed record StageLoadOptions
{
    /// <summary>Whether the stage ends the model: it then gives candidates instead of hidden states.</summary>
    public bool Last { get; init; }

    /// <summary>Tokens that one session can hold: 1 to 1,048,576.</summary>
    public int ContextTokensPerSession { get; init; } = 1024;

    /// <summary>Sessions that can be open at once: 1 to 250.</summary>
    public int SessionsMax { get; init; } = 4;

    /// <summary>
    /// Tokens that all open sessions can hold together: <see cref="ContextTokensPerSession"/> to as many in each session, which null, the default, means.
    /// The cache is made for so many; a call for which too few are free fails, and no other.
    /// </summary>
    public long? KvTokens { get; init; }

    /// <summary>
    /// Threads for each session's calls: 1 to 512. The same number everywhere gives the same bits everywhere. Several threads
    /// spin while they wait for each other: with more of them running at once than there are cores, calls become very slow.
    /// </summary>
    public int Threads { get; init; } = 1;

    /// <summary>Layers to run on GPUs: -1 is all of them, where a GPU's plugin loads (chosen at run time); 0 is none.</summary>
    public int GpuLayers { get; init; } = -1;

    /// <summary>Most tokens in one call of a session: 1 to 512.</summary>
    public int PrefillTokensMax { get; init; } = 32;

    internal long KvTokensMax => KvTokens ?? (long)SessionsMax * ContextTokensPerSession;

    /// <summary>Refuses what is out of range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    internal void Check()
    {
        Require(ContextTokensPerSession is >= 1 and <= 1 << 20, nameof(ContextTokensPerSession), ContextTokensPerSession, "1 to 1048576");
        Require(SessionsMax is >= 1 and <= 250, nameof(SessionsMax), SessionsMax, "1 to 250");
        Require(KvTokensMax >= ContextTokensPerSession && KvTokensMax <= (long)SessionsMax * ContextTokensPerSession, nameof(KvTokens), KvTokensMax,
            $"{ContextTokensPerSession} to {(long)SessionsMax * ContextTokensPerSession}");
        Require(Threads is >= 1 and <= 512, nameof(Threads), Threads, "1 to 512");
        Require(GpuLayers >= -1, nameof(GpuLayers), GpuLayers, "-1 (all) or more");
        Require(PrefillTokensMax is >= 1 and <= 512, nameof(PrefillTokensMax), PrefillTokensMax, "1 to 512");
    }

    private static void Require(bool holds, string option, long value, string range)
    {
        if (!holds) throw new ArgumentOutOfRangeException(option, value, $"{option} is {value}; give {range}.");
    }
}
