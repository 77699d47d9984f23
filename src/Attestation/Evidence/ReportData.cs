namespace SwarmCompute.Attestation;

/// <summary>Binds evidence to one key, one manifest and one lease.</summary>
public static class ReportData
{
    /// <summary>SHA-256 of SubjectPublicKeyInfo ‖ manifest hash ‖ lease statement.</summary>
    /// <param name="subjectPublicKeyInfo">The guest's key (DER, RFC 5280).</param>
    /// <param name="manifestHash">The manifest's hash.</param>
    /// <param name="lease">The lease that is asked for.</param>
    public static Hash32 Of(ReadOnlySpan<byte> subjectPublicKeyInfo, Hash32 manifestHash, LeaseStatement lease) =>
        Hash32.Sha256([.. subjectPublicKeyInfo, .. manifestHash.ToArray(), .. lease.ToBytes()]);
}
