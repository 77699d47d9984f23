namespace SwarmCompute.Overlay;

/// <summary>The bounds of every overlay link, in one place.</summary>
public static class OverlayLimits
{
    /// <summary>The longest frame, in bytes, where the caller gives no tighter bound: 16 MiB.</summary>
    public const int FrameBytesMax = 16 * 1024 * 1024;

    /// <summary>The longest frame on a guest link, in bytes: 1 MiB.</summary>
    public const int GuestLinkFrameBytesMax = 1024 * 1024;

    /// <summary>How long connecting, the handshake and the greeting may take together.</summary>
    public static readonly TimeSpan HandshakeTime = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a frame may take from when its beginning is there, without its bytes: a link whose peer sends them ever more slowly ends, however often one comes.
    /// Between frames a link may be silent for as long as its owner likes.
    /// </summary>
    public static readonly TimeSpan FrameTime = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of a frame for which it may take a second more: 64 KiB.</summary>
    public const int FrameBytesPerSecond = 64 * 1024;

    /// <summary>How many handshakes a listener runs at once. Where as many run and one more peer comes, the oldest is cut off: silence keeps nobody out.</summary>
    public const int HandshakesMax = 64;

    /// <summary>How many accepted links wait to be taken; where the queue is full, a new one is closed.</summary>
    public const int AcceptedMax = 64;

    /// <summary>How long a frame of so many bytes may take: 10 s for an empty one, 266 s for the longest.</summary>
    public static TimeSpan TimeOf(int frameBytes) => FrameTime + TimeSpan.FromSeconds((double)frameBytes / FrameBytesPerSecond);
}
