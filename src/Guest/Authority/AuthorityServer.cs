using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;

namespace SwarmCompute.Guest.Authority;

/// <summary>
/// Serves one request a connection over TLS 1.3. The client presents a certificate of its own making: the handshake proves that it holds
/// the very key that it wants certified; nothing else in that certificate is believed.
/// </summary>
public sealed class AuthorityServer : IAsyncDisposable
{
    /// <summary>Connections that are served at once; more wait in the socket's queue.</summary>
    public const int ConnectionsMax = 32;

    /// <summary>How long one connection may take, from its first byte to its answer; a vendor may have to be asked.</summary>
    public static readonly TimeSpan ConnectionTime = TimeSpan.FromSeconds(20);

    private readonly Socket _socket;
    private readonly AuthorityAnswers _answers;
    private readonly SslServerAuthenticationOptions _tls;
    private readonly ECDsa _key;
    private readonly GuestLog _log;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _places = new(ConnectionsMax, ConnectionsMax);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    private AuthorityServer(Socket socket, CertificateAuthority authority, AuthorityAnswers answers, TimeProvider time, GuestLog log)
    {
        _socket = socket;
        _answers = answers;
        _log = log;
        _time = time;
        _key = P256.CreateKey();
        using var issued = authority.Issue(new SwarmIdentity.Authority(), _key, TimeSpan.FromDays(3650));
        _tls = TlsOptions(issued.CopyWithPrivateKey(_key));
        _accepting = Accept();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint LocalEndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Listens.</summary>
    /// <exception cref="GuestException">The endpoint cannot be had.</exception>
    public static AuthorityServer Start(
        IPEndPoint endpoint, CertificateAuthority authority, AuthorityAnswers answers, TimeProvider time, GuestLog log)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endpoint);
            socket.Listen(256);
            return new AuthorityServer(socket, authority, answers, time, log);
        }
        catch (SocketException fault)
        {
            socket.Dispose();
            throw new GuestException($"The authority cannot listen on {endpoint}: {fault.Message}", fault);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _socket.Dispose();
        await _accepting;
        for (var place = 0; place < ConnectionsMax; place++) await _places.WaitAsync(CancellationToken.None);       // the last one has left
        _tls.ServerCertificateContext!.TargetCertificate.Dispose();
        _key.Dispose();
        _places.Dispose();
        _stop.Dispose();
    }

    private async Task Accept()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await _places.WaitAsync(_stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            try
            {
                _ = Serve(await _socket.AcceptAsync(_stop.Token));
            }
            catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                _places.Release();                                           // stopped, or the peer has gone before it was accepted
            }
        }
    }

    private async Task Serve(Socket client)
    {
        using var bound = new CancellationTokenSource(ConnectionTime, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, _stop.Token);
        try
        {
            client.NoDelay = true;
            await using var stream = new SslStream(new NetworkStream(client, ownsSocket: true), leaveInnerStreamOpen: false);
            await stream.AuthenticateAsServerAsync(_tls, either.Token);
            var answer = await Answer(await AuthorityFrames.Read(stream, either.Token), stream.RemoteCertificate as X509Certificate2, either.Token);
            await AuthorityFrames.Write(stream, answer.ToBytes(), either.Token);
            await stream.ShutdownAsync();
        }
        catch (Exception fault) when (fault is IOException or AuthenticationException or FormatException or OperationCanceledException or SocketException)
        {
            _log.Line($"a connection ended without an answer: {fault.Message}");
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task<AuthorityAnswer> Answer(byte[] message, X509Certificate2? presented, CancellationToken cancel)
    {
        using var key = presented is null ? null : P256.PublicKeyOf(presented);
        if (key is null) return new AuthorityAnswer.Refused("the client presented no certificate of a P-256 key");
        try
        {
            return await _answers.To(AuthorityRequest.Parse(message), key, cancel);
        }
        catch (FormatException fault)
        {
            return new AuthorityAnswer.Refused($"the request is not understood: {fault.Message}");
        }
    }

    private static SslServerAuthenticationOptions TlsOptions(X509Certificate2 certificate) => new()
    {
        ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
        EnabledSslProtocols = SslProtocols.Tls13,
        ClientCertificateRequired = true,
        AllowTlsResume = false,                                              // every connection proves its key anew
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = (_, presented, _, _) => presented is X509Certificate2,
    };
}
