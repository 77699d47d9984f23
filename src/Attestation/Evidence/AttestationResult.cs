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

    /// <summary>
    /// One sentence for a person. Of a refusal it says the first cause (what nothing can be done about before what a policy decides, before what
    /// may pass), what was found, what was wanted, what to do, and how many checks failed beside it.
    /// </summary>
    public string Explain() => Refusal.Of(this)?.Explain() ?? RefusalText.Accepted(Checks.Length);

    /// <summary>Whether it is refused for nothing but what may pass: collateral that is missing or out of its time.</summary>
    public bool IsTransient => Verdict == Verdict.Refused && !Checks.IsDefaultOrEmpty && Checks.All(c => c.Passed || c.Class == FailureClass.Transient);

    /// <summary>The type of the evidence, as manifests name TEE types: <c>tdx</c>, <c>sgx</c>, <c>sev-snp</c>, <c>nvidia</c>, <c>cca</c>.</summary>
    public string Type { get; init; } = "";

    /// <summary>The vendor's word for how current the platform is (for Intel the converged TCB status); null where the vendor has none.</summary>
    public string? Status { get; init; }

    /// <summary>All statuses that went into it, each with what it is of: <c>platform UpToDate</c>, <c>module OutOfDate</c>.</summary>
    public ImmutableArray<string> Statuses { get; init; } = [];

    /// <summary>The vendor's advisories that concern this platform, sorted, each once.</summary>
    public ImmutableArray<string> Advisories { get; init; } = [];

    /// <summary>What the evidence says, by name; bytes in lower-case hexadecimal.</summary>
    public ImmutableSortedDictionary<string, string> Claims { get; init; } = ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>The date of the platform's trusted computing base; null where the vendor gives none.</summary>
    public DateTimeOffset? TcbDate { get; init; }

    /// <summary>The earliest end of anything that was relied on: certificates, revocation lists, collateral; null where nothing was.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
