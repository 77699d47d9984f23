using System.Buffers;

namespace SwarmCompute.Overlay;

/// <summary>
/// One received frame in a pooled buffer. Dispose it once its bytes are no longer needed; read nothing of it afterwards. It may be received
/// into again: whoever receives many frames needs one of these.
/// </summary>
public sealed class OverlayFrame : IMemoryOwner<byte>
{
    private int _length;
    private byte[]? _buffer;

    /// <summary>The frame's bytes, without the length before them.</summary>
    /// <exception cref="ObjectDisposedException">The frame was disposed, or nothing was received into it yet.</exception>
    public Memory<byte> Memory => (_buffer ?? throw new ObjectDisposedException(nameof(OverlayFrame))).AsMemory(0, _length);

    /// <summary>Gives the bytes to another frame, which loses its own; this one is then as if it were disposed. Nothing is copied.</summary>
    public void MoveTo(OverlayFrame other)
    {
        other.Dispose();
        other._length = _length;
        other._buffer = Interlocked.Exchange(ref _buffer, null);
    }

    /// <summary>Gives the buffer back to the pool; repeated calls do nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer) ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Takes a buffer of this length, for what is to be received.</summary>
    internal void Rent(int length)
    {
        Dispose();
        (_length, _buffer) = (length, ArrayPool<byte>.Shared.Rent(length));
    }
}
