namespace SwarmCompute.Inference;

/// <summary>How to choose the next token. The defaults choose the likeliest one, always.</summary>
public sealed record SamplingOptions
{
    /// <summary>0 (default) chooses the likeliest token; higher is more varied, up to 100.</summary>
    public double Temperature { get; init; }

    /// <summary>Only the k likeliest tokens are chosen from; 0 is all candidates (at most <see cref="Candidates.CountMax"/>).</summary>
    public int TopK { get; init; } = 40;

    /// <summary>Only the likeliest tokens whose probabilities reach this together are chosen from: above 0, to 1 (default, all).</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Makes tokens that occurred lately less likely: 1 (default) is off; above 0, to 10.</summary>
    public double RepeatPenalty { get; init; } = 1;

    /// <summary>How many of the latest tokens the penalty looks at: 0 to 65,536.</summary>
    public int RepeatLastN { get; init; } = 64;

    /// <summary>The same seed gives the same answer.</summary>
    public ulong Seed { get; init; }
}
