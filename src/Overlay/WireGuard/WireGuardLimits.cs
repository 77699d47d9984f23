namespace SwarmCompute.Overlay.WireGuard;

/// <summary>The bounds of the WireGuard overlay, in one place.</summary>
public static class WireGuardLimits
{
    /// <summary>The most peers that a device has: every other slot of an order.</summary>
    public const int PeersMax = LeaseId.SlotsMax - 1;

    /// <summary>The most peers that a device's answer may have; more are no answer.</summary>
    public const int DevicePeersMax = 64;

    /// <summary>The device's MTU where all peers are reached over IPv4, in bytes.</summary>
    public const int MtuOverIPv4 = 1420;

    /// <summary>The device's MTU where a peer is reached over IPv6, in bytes.</summary>
    public const int MtuOverIPv6 = 1380;

    /// <summary>How often either side sends something, if nothing else then an empty packet: keeps the way through a NAT open, and shows life.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(25);

    /// <summary>A peer of whom nothing authentic has come for this long is lost: three of its keepalives are missing.</summary>
    public static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(80);

    /// <summary>How often the device is asked how its peers are.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    /// <summary>How long one run of <c>ip</c> or <c>wg</c>, or one question to the device's socket, may take.</summary>
    public static readonly TimeSpan CommandTime = TimeSpan.FromSeconds(10);

    /// <summary>How long wireguard-go may take from its start to its first answer.</summary>
    public static readonly TimeSpan StartTime = TimeSpan.FromSeconds(15);

    /// <summary>How long each side of an exchange of announcements waits for the other.</summary>
    public static readonly TimeSpan ExchangeTime = TimeSpan.FromSeconds(10);

    /// <summary>The longest answer of a device or a command that is read, in bytes: 64 KiB.</summary>
    public const int AnswerBytesMax = 64 * 1024;

    /// <summary>The latest time that an answer may have, in seconds since 1970: the end of the year 9999.</summary>
    internal const ulong UnixSecondsMax = 253_402_300_799;

    /// <summary>How many events wait to be taken; where the queue is full, the oldest goes.</summary>
    public const int EventsMax = 64;
}
