using System.Buffers;

namespace SwarmCompute.Overlay;

/// <summary>One received frame in a pooled buffer. Dispose it once its bytes are no longer needed; read nothing of it afterwards.</summary>
public sealed class OverlayFrame : IMemoryOwner<byte>
{
    private readonly int _length;
    private byte[]? _buffer;

    internal OverlayFrame(int length)
    {
        _length = length;
        _buffer = ArrayPool<byte>.Shared.Rent(length);
    }

    /// <summary>The frame's bytes, without the length before them.</summary>
    /// <exception cref="ObjectDisposedException">The frame was disposed.</exception>
    public Memory<byte> Memory => (_buffer ?? throw new ObjectDisposedException(nameof(OverlayFrame))).AsMemory(0, _length);

    /// <summary>Gives the buffer back to the pool; repeated calls do nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer) ArrayPool<byte>.Shared.Return(buffer);
    }
}
