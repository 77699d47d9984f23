namespace SwarmCompute.Inference;

/// <summary>One token of an answer.</summary>
/// <param name="Index">Its place in the answer, from 0, resumed tokens counted.</param>
/// <param name="Token">Its id.</param>
/// <param name="IsEnd">Whether it is a stop token: it ends the answer, is no part of it, and is not metered.</param>
/// <param name="Candidates">What it was chosen from.</param>
public readonly record struct GeneratedToken(int Index, int Token, bool IsEnd, Candidates? Candidates = null)
{
    /// <summary>Tokens of the prompt that were not run again, as an earlier session had them.</summary>
    public int CachedTokens { get; init; }
}
