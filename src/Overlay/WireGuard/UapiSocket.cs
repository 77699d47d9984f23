using System.Net.Sockets;
using System.Security.Cryptography;

namespace SwarmCompute.Overlay.WireGuard;

/// <summary>Asks a userspace WireGuard over its unix socket; one connection a question, each within <see cref="WireGuardLimits.CommandTime"/>.</summary>
internal sealed class UapiSocket(string interfaceName, TimeProvider time)
{
    private const string Folder = "/var/run/wireguard";                      // given by the protocol

    private readonly string _path = Path.Combine(Folder, interfaceName + ".sock");

    private delegate T Read<T>(ReadOnlySpan<byte> answer);

    /// <exception cref="OverlayException">No answer in time, or none that can be read.</exception>
    public Task<UapiState> Get(CancellationToken cancel) => Ask(UapiCodec.Get, UapiCodec.ReadGet, cancel);

    /// <exception cref="OverlayException">The device refused, no answer in time, or none that can be read.</exception>
    public Task Set(SecretText request, CancellationToken cancel) => Ask(request.Memory, answer =>
    {
        UapiCodec.ReadSet(answer);
        return true;
    }, cancel);

    /// <summary>Whether somebody listens there.</summary>
    public async Task<bool> IsServed(CancellationToken cancel)
    {
        using var socket = NewSocket();
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_path), cancel);
            return true;
        }
        catch (SocketException)
        {
            return false;                                                    // no such file, or left by one that is gone
        }
    }

    /// <summary>Removes the file that a killed program left.</summary>
    public void RemoveFile()
    {
        if (File.Exists(_path)) File.Delete(_path);
    }

    private async Task<T> Ask<T>(ReadOnlyMemory<byte> request, Read<T> read, CancellationToken cancel)
    {
        using var bound = new CancellationTokenSource(WireGuardLimits.CommandTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, bound.Token);
        var buffer = GC.AllocateArray<byte>(WireGuardLimits.AnswerBytesMax, pinned: true);
        try
        {
            using var socket = NewSocket();
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_path), either.Token);
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync(request, either.Token);
            return read(buffer.AsSpan(0, await ReadAnswer(stream, buffer, either.Token)));
        }
        catch (Exception fault) when (fault is SocketException or IOException)
        {
            throw new OverlayException($"The WireGuard device {interfaceName} cannot be reached: {fault.Message}", fault);
        }
        catch (OperationCanceledException fault) when (!cancel.IsCancellationRequested)
        {
            throw new OverlayException($"The WireGuard device {interfaceName} did not answer within {WireGuardLimits.CommandTime.TotalSeconds} s.", fault);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);                      // the answer to get=1 has the private key
        }
    }

    private static async Task<int> ReadAnswer(NetworkStream stream, byte[] buffer, CancellationToken cancel)
    {
        var length = 0;
        while (length < buffer.Length && !buffer.AsSpan(0, length).EndsWith("\n\n"u8))
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancel);
            if (read == 0) break;
            length += read;
        }
        return length;
    }

    private static Socket NewSocket() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
}
