using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;

namespace SwarmCompute.Client;

/// <summary>HTTP over TLS 1.3 to peers that the pinned authority certified, as the very one that is meant; names and the system's trust store play no part.</summary>
internal static class SwarmHttp
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>For the silos' API.</summary>
    public static HttpClient ForSilos(X509Certificate2 root, TimeSpan timeout, TimeProvider time) =>
        Create(root, identity => identity is SwarmIdentity.Silo, timeout, time);

    /// <summary>For the head of one order; an answer takes as long as it takes, its reader watches each token.</summary>
    public static HttpClient ForHead(X509Certificate2 root, OrderId order, TimeProvider time) =>
        Create(root, identity => identity is SwarmIdentity.Guest { Slot: 0 } guest && guest.Order == order, Timeout.InfiniteTimeSpan, time);

    private static HttpClient Create(X509Certificate2 root, Func<SwarmIdentity, bool> expected, TimeSpan timeout, TimeProvider time)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout,
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            MaxResponseHeadersLength = 32,                   // KiB
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls13,
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    certificate is X509Certificate2 leaf
                    && PeerCertificate.Refusal(leaf, root, time.GetUtcNow(), out var identity) is null
                    && expected(identity!),
            },
        };
        return new HttpClient(handler, disposeHandler: true) { Timeout = timeout };
    }
}
