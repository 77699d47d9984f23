using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using SwarmCompute.Overlay;

namespace SwarmCompute.Inference.Tests.Pipeline;

/// <summary>A peer with a good certificate and bad manners: speaks TLS as it should, and within it whatever a test likes.</summary>
internal sealed class RawPeer : IAsyncDisposable
{
    private readonly SslStream _stream;

    private RawPeer(SslStream stream) => _stream = stream;

    /// <summary>Makes a link and waits until the stage has taken it.</summary>
    public static async Task<RawPeer> Dial(IPEndPoint endpoint, OverlayCredentials credentials, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endpoint, cancel);
        var peer = new RawPeer(new SslStream(new NetworkStream(socket, ownsSocket: true), false, (_, certificate, _, _) => certificate is not null));
        await peer._stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "swarm.invalid",
            ClientCertificateContext = SslStreamCertificateContext.Create(credentials.Certificate, null, offline: true),
            EnabledSslProtocols = SslProtocols.Tls13,
        }, cancel);
        var greeting = new byte[4];
        await peer._stream.ReadExactlyAsync(greeting, cancel);
        await peer.Read(cancel);                                             // what the stage has
        return peer;
    }

    /// <summary>Writes bytes; false once the link has ended.</summary>
    public async Task<bool> Write(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        try
        {
            await _stream.WriteAsync(bytes, cancel);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Writes a length as it is, without what it promises.</summary>
    public Task<bool> WriteLength(int length, CancellationToken cancel)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        return Write(bytes, cancel);
    }

    /// <summary>Writes a frame after its length; false once the link has ended.</summary>
    public Task<bool> Send(byte[] frame, CancellationToken cancel)
    {
        var bytes = new byte[4 + frame.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, frame.Length);
        frame.CopyTo(bytes, 4);
        return Write(bytes, cancel);
    }

    public async Task<byte[]> Read(CancellationToken cancel)
    {
        var length = new byte[4];
        await _stream.ReadExactlyAsync(length, cancel);
        var frame = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
        await _stream.ReadExactlyAsync(frame, cancel);
        return frame;
    }

    /// <summary>Waits until the stage has ended the link.</summary>
    public async Task End(CancellationToken cancel)
    {
        var rest = new byte[4096];
        try
        {
            while (await _stream.ReadAsync(rest, cancel) > 0) { }
        }
        catch (IOException)
        {
            return;                                                          // a reset is an end as well
        }
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
