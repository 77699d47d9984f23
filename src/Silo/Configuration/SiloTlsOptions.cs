namespace SwarmCompute.Silo.Configuration;

/// <summary>Section <c>Tls</c>: who this silo is, and the one root that it trusts.</summary>
public sealed class SiloTlsOptions
{
    /// <summary>The silo's certificate, PEM, issued by the authority for this node. No default.</summary>
    public string CertificateFile { get; set; } = "";

    /// <summary>The certificate's private key, PEM. No default.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>The authority's root certificate, DER or PEM. No default.</summary>
    public string RootFile { get; set; } = "";
}
