namespace SwarmCompute.Attestation;

/// <summary>What evidence was made for: the purpose byte of <see cref="ReportData"/>, so that none can stand in for another.</summary>
public enum AttestationPurpose : byte
{
    /// <summary>A guest asks the authority to certify its key as the holder of a lease.</summary>
    Lease = 1,

    /// <summary>A server or client shows its key to peers in a certificate of its own making.</summary>
    Peer = 2,
}
