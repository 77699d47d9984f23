using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;
using SwarmCompute.Client.Inference;

namespace SwarmCompute.Client;

/// <summary>HTTP over TLS 1.3 to peers that the pinned authority certified, as the very one that is meant; names and the system's trust store play no part.</summary>
internal static class SwarmHttp
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>For the silos' API.</summary>
    public static HttpClient ForSilos(X509Certificate2 root, TimeSpan timeout, TimeProvider time) =>
        new(Handler(root, identity => identity is SwarmIdentity.Silo, time), disposeHandler: true) { Timeout = timeout };

    /// <summary>For the head of one order; an answer takes as long as it takes, its reader watches each token.</summary>
    public static HttpClient ForHead(SwarmClientOptions swarm, OrderId order, TimeProvider time)
    {
        var handler = Handler(swarm.Root, identity => identity is SwarmIdentity.Guest { Slot: 0 } guest && guest.Order == order, time);
        if (swarm.Attestation is { } attestation) handler.PlaintextStreamFilter = async (context, cancel) => await Attested((SslStream)context.PlaintextStream, attestation, cancel);
        var http = new HttpClient(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
        if (swarm.ApiKey is { } key) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http;
    }

    private static async Task<AttestedStream> Attested(SslStream stream, HeadAttestation attestation, CancellationToken cancel)
    {
        using var leaf = X509CertificateLoader.LoadCertificate(stream.RemoteCertificate!.GetRawCertData());
        if (SwarmIdentity.TryRead(leaf) is not SwarmIdentity.Guest head) throw new SwarmException(SwarmFailure.Refused, "the head's certificate names no guest");
        var admission = await attestation.Peers.Admit(leaf, attestation.TermsOf(head), cancel);
        return admission.Session is { } session
            ? new AttestedStream(stream, session)
            : throw new SwarmException(SwarmFailure.Refused, $"the head gets no prompt. {admission.Result.Explain()}");
    }

    private static SocketsHttpHandler Handler(X509Certificate2 root, Func<SwarmIdentity, bool> expected, TimeProvider time) => new()
    {
        ConnectTimeout = ConnectTimeout,
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        MaxResponseHeadersLength = 32,                       // KiB
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
}
