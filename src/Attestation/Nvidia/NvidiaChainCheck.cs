using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>A chain's verdict as a check.</summary>
internal static class NvidiaChainCheck
{
    /// <summary>Judges a chain; where only the time is wrong, newer collateral may hold.</summary>
    public static Check Of(string name, string code, ImmutableArray<PkiCertificate> chain, Hash32 root, DateTimeOffset at, PkiChainRules rules)
    {
        var verdict = PkiChain.Check(chain, root, at, rules);
        if (verdict.Holds) return Check.Holds(name, $"to the pinned root, until {PkiChain.ExpiresAt(chain):u}");
        return Check.Fails(name, $"{code}.{verdict.Reason}", verdict.Detail, verdict.IsOfTime ? FailureClass.Transient : FailureClass.Permanent);
    }
}
