namespace SwarmCompute.Attestation;

/// <summary>Object identifiers of RFC 5280.</summary>
internal static class PkiOid
{
    public const string CommonName = "2.5.4.3";
    public const string KeyUsage = "2.5.29.15";
    public const string BasicConstraints = "2.5.29.19";
    public const string CrlNumber = "2.5.29.20";
    public const string DeltaCrlIndicator = "2.5.29.27";
    public const string IssuingDistributionPoint = "2.5.29.28";
    public const string CertificateIssuer = "2.5.29.29";
}
