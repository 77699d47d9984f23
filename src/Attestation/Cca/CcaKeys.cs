using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>The platform keys that are trusted: where a token names no known platform, nothing vouches for it.</summary>
/// <param name="Keys">The keys; at most <see cref="CandidatesMax"/> of them are tried for one token.</param>
public sealed record CcaKeys(ImmutableArray<CcaKey> Keys)
{
    /// <summary>The most keys that are tried for one token.</summary>
    public const int CandidatesMax = 16;

    /// <summary>The keys that may have signed for this instance of this implementation.</summary>
    internal ImmutableArray<CcaKey> Of(string implementation, string instance) => Keys.IsDefault ? [] :
        [.. Keys.Where(k => (k.Implementation is null || k.Implementation == implementation) && (k.Instance is null || k.Instance == instance)).Take(CandidatesMax)];
}
