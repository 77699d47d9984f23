using System.Net;
using System.Net.Sockets;
using SwarmCompute.Attestation;

namespace SwarmCompute.Overlay;

/// <summary>Makes links outward.</summary>
public static class OverlayDialer
{
    /// <summary>Connects, authenticates both sides, and checks that the peer is who is expected.</summary>
    /// <param name="endpoint">An <see cref="IPEndPoint"/> or a <see cref="DnsEndPoint"/>.</param>
    /// <param name="credentials">Who this process is.</param>
    /// <param name="expected">Whether the peer is the one that is meant.</param>
    /// <param name="time">The clock for certificates and bounds.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <param name="frameBytesMax">The longest frame in either direction, in bytes.</param>
    /// <exception cref="OverlayException">Not reached within <see cref="OverlayLimits.HandshakeTime"/>, refused by the peer, or someone else.</exception>
    public static async Task<OverlayConnection> Dial(EndPoint endpoint, OverlayCredentials credentials, Func<SwarmIdentity, bool> expected,
        TimeProvider time, CancellationToken cancel, int frameBytesMax = OverlayLimits.FrameBytesMax)
    {
        using var bound = new CancellationTokenSource(OverlayLimits.HandshakeTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, bound.Token);
        try
        {
            var connection = await Connect(endpoint, new OverlayTls(credentials, time), time, frameBytesMax, either.Token);
            if (expected(connection.Peer)) return connection;
            await connection.DisposeAsync();
            throw new OverlayException($"{endpoint} is {connection.Peer}, which is not the peer that was expected.");
        }
        catch (OperationCanceledException fault) when (!cancel.IsCancellationRequested)
        {
            throw new OverlayException($"{endpoint} did not answer within {OverlayLimits.HandshakeTime.TotalSeconds} s.", fault);
        }
    }

    private static async Task<OverlayConnection> Connect(EndPoint endpoint, OverlayTls tls, TimeProvider time, int frameBytesMax, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(endpoint, cancel);
            return await OverlayHandshake.Dial(socket, tls, time, frameBytesMax, cancel);
        }
        catch (SocketException fault)
        {
            socket.Dispose();
            throw new OverlayException($"{endpoint} cannot be reached: {fault.Message}", fault);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
