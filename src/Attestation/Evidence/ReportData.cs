namespace SwarmCompute.Attestation;

/// <summary>Binds evidence to one key, one manifest, one lease and the account that the certificate will name.</summary>
public static class ReportData
{
    /// <summary>SHA-256 of SubjectPublicKeyInfo ‖ manifest hash ‖ lease statement ‖ provider (20 bytes).</summary>
    /// <param name="subjectPublicKeyInfo">The guest's key (DER, RFC 5280).</param>
    /// <param name="manifestHash">The manifest's hash.</param>
    /// <param name="lease">The lease that is asked for.</param>
    /// <param name="provider">The account that is paid for it.</param>
    public static Hash32 Of(ReadOnlySpan<byte> subjectPublicKeyInfo, Hash32 manifestHash, LeaseStatement lease, Address provider)
    {
        var account = new byte[Address.Size];
        provider.CopyTo(account);
        return Hash32.Sha256([.. subjectPublicKeyInfo, .. manifestHash.ToArray(), .. lease.ToBytes(), .. account]);
    }
}
