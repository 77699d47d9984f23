namespace SwarmCompute.Attestation;

/// <summary>Which key signs an SEV-SNP report (SEV-SNP Firmware ABI 56860, section 7.3, SIGNING_KEY).</summary>
public enum SnpKeyKind
{
    /// <summary>The versioned chip endorsement key: one chip at one version of its firmware.</summary>
    Vcek = 0,

    /// <summary>The versioned loaded endorsement key: any chip that a cloud provider loaded it into.</summary>
    Vlek = 1,

    /// <summary>None: the report is not signed.</summary>
    None = 7,
}
