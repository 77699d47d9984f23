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

    /// <summary>A policy (docs/evidence.md) that the evidence in other silos' certificates must meet; empty, the default: the authority's word counts alone.</summary>
    public string EvidencePolicyFile { get; set; } = "";

    /// <summary>For that policy, what vendors say: a folder that caches what is fetched from them, or a bundle. Empty, the default: nothing, which suffices for development evidence.</summary>
    public string CollateralPath { get; set; } = "";

    /// <summary>For that policy, the keys of Arm's platforms that are trusted: a file or a folder of files (docs/evidence.md). Empty, the default: none are.</summary>
    public string PlatformKeysPath { get; set; } = "";
}
