using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;

namespace SwarmCompute.Overlay;

/// <summary>TLS 1.3, mutual, without resumption, judged by the pinned root alone.</summary>
internal sealed class OverlayTls(OverlayCredentials credentials, TimeProvider time)
{
    private readonly SslStreamCertificateContext _certificate = SslStreamCertificateContext.Create(credentials.Certificate, null, offline: true);

    /// <summary>Judges the evidence of a peer whose certificate holds; null where none is asked for.</summary>
    /// <exception cref="OverlayException">The evidence is refused.</exception>
    public async Task<PeerSession?> Admit(PeerVerdict verdict, CancellationToken cancel)
    {
        if (credentials.Attestation is not { } attestation || attestation.TermsOf(verdict.Identity!) is not { } terms) return null;
        var admission = await attestation.Peers.Admit(verdict.Certificate!, terms, cancel);
        return admission.Session ?? throw new OverlayException($"{verdict.Identity} is refused. {admission.Result.Explain()}");
    }

    /// <summary>Makes the callback that judges the peer; it leaves the identity or the refusal in the verdict.</summary>
    public SslServerAuthenticationOptions Server(PeerVerdict verdict) => new()
    {
        ServerCertificateContext = _certificate,
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls13,
        AllowTlsResume = false,
        AllowRenegotiation = false,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = ChainPolicy(),
        RemoteCertificateValidationCallback = (_, certificate, _, _) => verdict.Judge(certificate, credentials.Root, time.GetUtcNow()),
    };

    public SslClientAuthenticationOptions Client(PeerVerdict verdict) => new()
    {
        TargetHost = "swarm.invalid",                                        // names are not what is judged: the identity is
        ClientCertificateContext = _certificate,
        EnabledSslProtocols = SslProtocols.Tls13,
        AllowTlsResume = false,
        AllowRenegotiation = false,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = ChainPolicy(),
        RemoteCertificateValidationCallback = (_, certificate, _, _) => verdict.Judge(certificate, credentials.Root, time.GetUtcNow()),
    };

    /// <summary>The chain that SslStream itself builds before it asks us: kept from the system's store and from the network.</summary>
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

    /// <summary>What the validation of one handshake found.</summary>
    internal sealed class PeerVerdict
    {
        public SwarmIdentity? Identity { get; private set; }

        public X509Certificate2? Certificate { get; private set; }

        public string? Refusal { get; private set; }

        public bool Judge(System.Security.Cryptography.X509Certificates.X509Certificate? certificate, X509Certificate2 root, DateTimeOffset now)
        {
            var leaf = certificate is null ? null : X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
            Refusal = Attestation.PeerCertificate.Refusal(leaf, root, now, out var identity);
            Identity = identity;
            Certificate = leaf;
            return Refusal is null;
        }
    }
}
