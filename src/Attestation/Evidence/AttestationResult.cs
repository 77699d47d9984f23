using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>The verifier's verdict, with everything that it checked (RFC 9334).</summary>
/// <param name="Checks">All checks, passed and failed.</param>
public sealed record AttestationResult(ImmutableArray<Check> Checks)
{
    /// <summary>Accepted where every check passed; nothing checked is a refusal.</summary>
    public Verdict Verdict => !Checks.IsDefaultOrEmpty && Checks.All(c => c.Passed) ? Verdict.Accepted : Verdict.Refused;

    /// <summary>The failed checks in one line; empty where it is accepted.</summary>
    public string Why => Checks.IsDefaultOrEmpty ? "nothing was checked" : string.Join("; ", Checks.Where(c => !c.Passed).Select(c => $"{c.Name}: {c.Detail}"));
}
