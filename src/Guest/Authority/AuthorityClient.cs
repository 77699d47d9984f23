using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;

namespace SwarmCompute.Guest.Authority;

/// <summary>Asks an authority to certify a key.</summary>
/// <param name="endpoint">Where the authority listens.</param>
/// <param name="root">The root that it must prove to be.</param>
/// <param name="time">The clock.</param>
public sealed class AuthorityClient(EndPoint endpoint, X509Certificate2 root, TimeProvider time)
{
    private static readonly TimeSpan RequestTime = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan RetryTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Asks for a nonce to have evidence made with; asks again for half a minute where the authority cannot be reached.</summary>
    /// <param name="key">The key that is to be certified.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="GuestException">The authority cannot be reached, or is not the one that is meant.</exception>
    public async Task<byte[]> Challenge(ECDsa key, CancellationToken cancel) => await Answer(new AuthorityRequest.Challenge(), key, cancel) switch
    {
        AuthorityAnswer.Challenged challenged => challenged.Nonce,
        AuthorityAnswer.Refused refused => throw new GuestException($"The authority refuses: {refused.Reason}"),
        _ => throw Other(),
    };

    /// <summary>Asks to be certified; asks again for half a minute where the authority cannot be reached.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="key">The key that is to be certified.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="GuestException">The authority refuses, cannot be reached, or is not the one that is meant.</exception>
    public async Task<AuthorityAnswer.Certified> Certify(CertifyRequest request, ECDsa key, CancellationToken cancel) =>
        await Answer(new AuthorityRequest.Certify(request), key, cancel) switch
        {
            AuthorityAnswer.Certified certified => certified,
            AuthorityAnswer.Refused refused => throw new GuestException($"The authority refuses: {refused.Reason}") { IsTransient = refused.IsTransient },
            _ => throw Other(),
        };

    /// <summary>Asks what evidence must show, as of now.</summary>
    /// <param name="key">Any key of this process.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="GuestException">The authority cannot be reached, or is not the one that is meant.</exception>
    public async Task<AttestationPolicy> Policy(ECDsa key, CancellationToken cancel)
    {
        try
        {
            return await Answer(new AuthorityRequest.Policy(), key, cancel) is AuthorityAnswer.Policy policy ? AttestationPolicy.Parse(policy.Document) : throw Other();
        }
        catch (FormatException fault)
        {
            throw new GuestException($"The authority's policy cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>Asks what the vendors say about evidence, and which platform keys the authority trusts for it.</summary>
    /// <param name="evidence">The evidence; its devices are not sent.</param>
    /// <param name="key">Any key of this process.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="GuestException">The authority cannot be reached, has nothing, or is not the one that is meant.</exception>
    /// <returns>The bundle; and the keys, null where the authority was given none.</returns>
    public async Task<(CollateralBundle Bundle, CcaKeys? PlatformKeys)> Collateral(Evidence evidence, ECDsa key, CancellationToken cancel) =>
        await Answer(new AuthorityRequest.Collateral(evidence), key, cancel) switch
        {
            AuthorityAnswer.Collateral collateral => Read(collateral),
            AuthorityAnswer.Refused refused => throw new GuestException($"The authority refuses: {refused.Reason}"),
            _ => throw Other(),
        };

    private static (CollateralBundle Bundle, CcaKeys? PlatformKeys) Read(AuthorityAnswer.Collateral answer)
    {
        try
        {
            var bundle = CollateralBundle.Read(answer.Bundle, out var fault) ?? throw new FormatException(fault);
            return (bundle, answer.PlatformKeys is { } keys ? CcaKeys.ReadAll(keys) : null);
        }
        catch (FormatException fault)
        {
            throw new GuestException($"The authority's collateral cannot be read: {fault.Message}", fault);
        }
    }

    private GuestException Other() => new($"{endpoint} is not the authority: it answers what was not asked.");

    private async Task<AuthorityAnswer> Answer(AuthorityRequest request, ECDsa key, CancellationToken cancel)
    {
        using var presented = SelfSigned(key);
        var begun = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await Ask(request, presented, cancel);
            }
            catch (Exception fault) when (fault is IOException or SocketException && time.GetElapsedTime(begun) < RetryTime)
            {
                await Task.Delay(RetryPause, time, cancel);
            }
            catch (Exception fault) when (fault is IOException or SocketException)
            {
                throw new GuestException($"The authority at {endpoint} cannot be reached: {fault.Message}", fault);
            }
            catch (Exception fault) when (fault is AuthenticationException or FormatException)
            {
                throw new GuestException($"{endpoint} is not the authority: {fault.Message}", fault);
            }
        }
    }

    private async Task<AuthorityAnswer> Ask(AuthorityRequest request, X509Certificate2 presented, CancellationToken cancel)
    {
        using var bound = new CancellationTokenSource(RequestTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, cancel);
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(endpoint, either.Token);
            await using var stream = new SslStream(new NetworkStream(socket, ownsSocket: false), leaveInnerStreamOpen: false);
            await stream.AuthenticateAsClientAsync(TlsOptions(presented), either.Token);
            await AuthorityFrames.Write(stream, request.ToBytes(), either.Token);
            return AuthorityAnswer.Parse(await AuthorityFrames.Read(stream, either.Token));
        }
        catch (OperationCanceledException fault) when (!cancel.IsCancellationRequested)
        {
            throw new IOException($"no answer within {RequestTime.TotalSeconds} s", fault);
        }
    }

    private SslClientAuthenticationOptions TlsOptions(X509Certificate2 presented) => new()
    {
        TargetHost = "authority",                                            // not a name on any network: the pinned root and the identity count
        EnabledSslProtocols = SslProtocols.Tls13,
        ClientCertificateContext = SslStreamCertificateContext.Create(presented, null, offline: true),
        AllowTlsResume = false,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = (_, peer, _, _) =>
            PeerCertificate.Refusal(peer as X509Certificate2, root, time.GetUtcNow(), out var identity) is null && identity is SwarmIdentity.Authority,
    };

    private X509Certificate2 SelfSigned(ECDsa key)
    {
        var now = time.GetUtcNow();
        return new CertificateRequest("CN=SwarmCompute guest not yet certified", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(now - CertificateAuthority.ClockTolerance, now.AddDays(1));
    }
}
