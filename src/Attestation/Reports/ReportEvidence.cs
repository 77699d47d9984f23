namespace SwarmCompute.Attestation;

/// <summary>With what the evidence behind a report is judged.</summary>
/// <param name="Verifier">Judges it.</param>
/// <param name="Collateral">What the vendors say about it.</param>
/// <param name="Policy">What it must show.</param>
public sealed record ReportEvidence(EvidenceVerifier Verifier, EvidenceCollateral Collateral, AttestationPolicy Policy);
