using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using SwarmCompute.Attestation;
using static SwarmCompute.Overlay.OverlayTls;

namespace SwarmCompute.Overlay;

/// <summary>Turns a connected socket into a link: TLS, then the accepting side's greeting.</summary>
/// <remarks>
/// In TLS 1.3 the dialing side has finished before the accepting side judges its certificate. The greeting tells it that it was taken;
/// without one, a refusal would show only at the first frame.
/// </remarks>
internal static class OverlayHandshake
{
    private static readonly byte[] Greeting = "SWO1"u8.ToArray();

    public static async Task<OverlayConnection> Accept(Socket socket, OverlayTls tls, TimeProvider time, int frameBytesMax, CancellationToken cancel)
    {
        var stream = Stream(socket);
        try
        {
            var verdict = new PeerVerdict();
            await Judged(stream.AuthenticateAsServerAsync(tls.Server(verdict), cancel), verdict);
            var session = await tls.Admit(verdict, cancel);
            return await Greeted(stream.WriteAsync(Greeting, cancel).AsTask(), socket, stream, verdict, session, time, frameBytesMax);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    public static async Task<OverlayConnection> Dial(Socket socket, OverlayTls tls, TimeProvider time, int frameBytesMax, CancellationToken cancel)
    {
        var stream = Stream(socket);
        try
        {
            var verdict = new PeerVerdict();
            await Judged(stream.AuthenticateAsClientAsync(tls.Client(verdict), cancel), verdict);
            var session = await tls.Admit(verdict, cancel);
            return await Greeted(ExpectGreeting(stream, verdict, cancel), socket, stream, verdict, session, time, frameBytesMax);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static SslStream Stream(Socket socket)
    {
        socket.NoDelay = true;
        return new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false);
    }

    private static async Task<OverlayConnection> Greeted(
        Task greeting, Socket socket, SslStream stream, PeerVerdict verdict, PeerSession? session, TimeProvider time, int frameBytesMax)
    {
        try
        {
            await greeting;
            return new OverlayConnection(socket, stream, verdict.Identity!, verdict.Certificate!, session, time, frameBytesMax);
        }
        catch
        {
            session?.Dispose();
            throw;
        }
    }

    private static async Task Judged(Task handshake, PeerVerdict verdict)
    {
        try
        {
            await handshake;
        }
        catch (Exception fault) when (fault is AuthenticationException or IOException or SocketException or ObjectDisposedException)
        {
            throw new OverlayException(verdict.Refusal is { } refusal ? $"The peer is refused: {refusal}." : $"The handshake failed: {Reason(fault)}", fault);
        }
        if (verdict.Identity is null) throw new OverlayException($"The peer is refused: {verdict.Refusal ?? "it presented no certificate"}.");
    }

    private static async Task ExpectGreeting(SslStream stream, PeerVerdict verdict, CancellationToken cancel)
    {
        var greeting = new byte[Greeting.Length];
        try
        {
            await stream.ReadExactlyAsync(greeting, cancel);
        }
        catch (Exception fault) when (fault is IOException or SocketException or ObjectDisposedException)
        {
            throw new OverlayException($"{verdict.Identity} refused this process: {Reason(fault)}", fault);
        }
        if (!greeting.AsSpan().SequenceEqual(Greeting)) throw new OverlayException($"{verdict.Identity} speaks another protocol.");
    }

    private static string Reason(Exception fault) => (fault.InnerException ?? fault).Message;
}
