using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Orleans.Runtime.Messaging;
using SwarmCompute.Silo.Membership;

namespace SwarmCompute.Silo.Tls;

/// <summary>Puts mutual TLS under an Orleans connection, of one direction. Whoever is not a silo of this swarm gets no further.</summary>
internal sealed partial class SiloTlsMiddleware(SiloTls tls, bool listens, BrokenLinks links, ILogger<SiloTlsMiddleware> log) : IConnectionMiddleware
{
    private static readonly TimeSpan HandshakeTime = TimeSpan.FromSeconds(10);

    public async Task OnConnectionAsync(ConnectionContext context, ConnectionDelegate next)
    {
        var plain = context.Transport;
        await using var stream = new SslStream(new DuplexStream(plain), leaveInnerStreamOpen: true);
        if (!await Authenticate(stream, context))
        {
            context.Abort();
            return;
        }
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
            LogRefused(log, context.RemoteEndPoint?.ToString() ?? "a peer", refusal ?? e.Message);
            return false;
        }
    }

    [LoggerMessage(5001, LogLevel.Warning, "No link with {Peer}: {Why}")]
    private static partial void LogRefused(ILogger log, string peer, string why);

    private sealed record SecuredPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
