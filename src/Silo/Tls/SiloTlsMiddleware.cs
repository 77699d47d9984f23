using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Orleans.Runtime.Messaging;
using SwarmCompute.Attestation;
using SwarmCompute.Silo.Membership;

namespace SwarmCompute.Silo.Tls;

/// <summary>Puts mutual TLS under an Orleans connection, of one direction. Whoever is not a silo of this swarm gets no further.</summary>
internal sealed partial class SiloTlsMiddleware(
    SiloTls tls, SiloAttestation? attestation, bool listens, BrokenLinks links, ILogger<SiloTlsMiddleware> log) : IConnectionMiddleware
{
    private static readonly TimeSpan HandshakeTime = TimeSpan.FromSeconds(10);
    private static readonly (bool IsLetIn, PeerSession? Session) Refused = (false, null);

    public async Task OnConnectionAsync(ConnectionContext context, ConnectionDelegate next)
    {
        var plain = context.Transport;
        await using var stream = new SslStream(new DuplexStream(plain), leaveInnerStreamOpen: true);
        var admission = await Authenticate(stream, context) ? await Admit(stream, context) : Refused;
        if (!admission.IsLetIn)
        {
            context.Abort();
            return;
        }
        using var session = admission.Session;
        session?.Dropped.Register(() => Drop(session, context));
        var secured = new SecuredPipe(
            PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 16 * 1024, leaveOpen: true)),
            PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true)));
        context.Transport = secured;
        try
        {
            await next(context);
        }
        finally
        {
            context.Transport = plain;
            await secured.Input.CompleteAsync();
            await secured.Output.CompleteAsync();
            if (!listens) links.Note(context.RemoteEndPoint);
        }
    }

    private async Task<bool> Authenticate(SslStream stream, ConnectionContext context)
    {
        string? refusal = null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.ConnectionClosed);
        limit.CancelAfter(HandshakeTime);
        try
        {
            if (listens) await stream.AuthenticateAsServerAsync(tls.Server(why => refusal = why), limit.Token);
            else await stream.AuthenticateAsClientAsync(tls.Client(why => refusal = why), limit.Token);
            return true;
        }
        catch (Exception e) when (e is AuthenticationException or IOException or OperationCanceledException or InvalidOperationException)
        {
            LogRefused(log, Name(context), refusal ?? e.Message);
            return false;
        }
    }

    private async Task<(bool IsLetIn, PeerSession? Session)> Admit(SslStream stream, ConnectionContext context)
    {
        if (attestation is null) return (true, null);
        using var leaf = X509CertificateLoader.LoadCertificate(stream.RemoteCertificate!.GetRawCertData());
        try
        {
            var admission = await attestation.Admit(leaf, context.ConnectionClosed);
            if (admission.Session is null) LogRefused(log, Name(context), $"{admission.Result.Explain()}");
            return (admission.Session is not null, admission.Session);
        }
        catch (OperationCanceledException)
        {
            return Refused;                                                  // the peer has gone
        }
    }

    private void Drop(PeerSession session, ConnectionContext context)
    {
        LogRefused(log, Name(context), $"its evidence is no longer accepted: {session.Reason}");
        context.Abort();
    }

    private static string Name(ConnectionContext context) => context.RemoteEndPoint?.ToString() ?? "a peer";

    [LoggerMessage(5001, LogLevel.Warning, "No link with {Peer}: {Why}")]
    private static partial void LogRefused(ILogger log, string peer, string why);

    private sealed record SecuredPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
