using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>Runs all checks over evidence and lists all verdicts.</summary>
/// <param name="checks">The checks, in the order in which they are listed.</param>
public sealed class EvidenceVerifier(ImmutableArray<IEvidenceCheck> checks)
{
    /// <summary>The checks for every TEE type that this version can judge; evidence of another type fails all that concern types.</summary>
    public static EvidenceVerifier Default { get; } =
        new([new TeeTypeCheck(), new DevelopmentChainCheck(), new DevelopmentDocumentCheck(), new DevelopmentReportDataCheck()]);

    /// <summary>Runs every check, also after one has failed.</summary>
    public AttestationResult Verify(Evidence evidence, EvidencePolicy policy) => new([.. checks.Select(c => c.Run(evidence, policy))]);
}
