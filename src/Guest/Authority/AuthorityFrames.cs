using System.Buffers.Binary;

namespace SwarmCompute.Guest.Authority;

/// <summary>One message each way on a connection to the authority: its length (4 bytes, little-endian), then canonical JSON.</summary>
internal static class AuthorityFrames
{
    /// <summary>The most bytes of a message: a manifest (64 KiB), evidence (80 KiB) and that of 24 devices (10 KiB each is usual) in base64, and the rest.</summary>
    public const int BytesMax = 1024 * 1024;

    public static async Task Write(Stream stream, byte[] message, CancellationToken cancel)
    {
        var frame = new byte[sizeof(int) + message.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, message.Length);
        message.CopyTo(frame, sizeof(int));
        await stream.WriteAsync(frame, cancel);
        await stream.FlushAsync(cancel);
    }

    /// <exception cref="FormatException">The message is longer than is taken.</exception>
    /// <exception cref="EndOfStreamException">The peer ended before the message did.</exception>
    public static async Task<byte[]> Read(Stream stream, CancellationToken cancel)
    {
        var header = new byte[sizeof(int)];
        await stream.ReadExactlyAsync(header, cancel);
        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (length is < 0 or > BytesMax) throw new FormatException($"A message of {(uint)length} bytes is not taken; at most {BytesMax} are.");
        var message = new byte[length];
        await stream.ReadExactlyAsync(message, cancel);
        return message;
    }
}
