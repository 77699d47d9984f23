using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;

namespace SwarmCompute.Silo.Tls;

/// <summary>How silos speak TLS with each other: 1.3, mutual, judged by the pinned root alone, silos only.</summary>
internal sealed class SiloTls(SiloCredentials credentials, TimeProvider time)
{
    private readonly SslStreamCertificateContext _certificate = SslStreamCertificateContext.Create(credentials.Certificate, null, offline: true);

    /// <summary>For the end that listens; the peer's refusal, in one line, goes to <paramref name="refused"/>.</summary>
    public SslServerAuthenticationOptions Server(Action<string> refused) => new()
    {
        ServerCertificateContext = _certificate,
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls13,
        AllowTlsResume = false,
        AllowRenegotiation = false,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = ChainPolicy(),
        RemoteCertificateValidationCallback = (_, peer, _, _) => IsSilo(peer, refused),
    };

    /// <summary>For the end that dials.</summary>
    public SslClientAuthenticationOptions Client(Action<string> refused) => new()
    {
        TargetHost = "swarm.invalid",                     // names are not what is judged: the identity is
        ClientCertificateContext = _certificate,
        EnabledSslProtocols = SslProtocols.Tls13,
        AllowTlsResume = false,
        AllowRenegotiation = false,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = ChainPolicy(),
        RemoteCertificateValidationCallback = (_, peer, _, _) => IsSilo(peer, refused),
    };

    private bool IsSilo(X509Certificate? peer, Action<string> refused)
    {
        using var leaf = peer is null ? null : X509CertificateLoader.LoadCertificate(peer.GetRawCertData());
        var refusal = PeerCertificate.Refusal(leaf, credentials.Root, time.GetUtcNow(), out var identity);
        if (refusal is null && identity is not SwarmIdentity.Silo) refusal = $"{identity} is not a silo";
        if (refusal is not null) refused(refusal);
        return refusal is null;
    }

    // Keeps the chain that SslStream builds by itself away from the system's store and from the network.
    private X509ChainPolicy ChainPolicy()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.Add(credentials.Root);
        return policy;
    }
}
