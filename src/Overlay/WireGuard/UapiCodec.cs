using System.Buffers;
using System.Globalization;
using System.Text;

namespace SwarmCompute.Overlay.WireGuard;

/// <summary>
/// The text that a userspace WireGuard speaks on its socket (https://www.wireguard.com/xplatform/): lines of key=value, ended by an empty
/// one; every answer has an errno.
/// </summary>
internal static class UapiCodec
{
    private static readonly SearchValues<byte> Plain = SearchValues.Create([(byte)'\n', .. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (byte)c)]);

    public static ReadOnlyMemory<byte> Get { get; } = "get=1\n\n"u8.ToArray();

    /// <summary>What must be said so that a device in this state becomes as configured.</summary>
    /// <remarks>The key and the port are said only where the port is another: saying a port makes the device open its socket anew.</remarks>
    public static void WriteSet(SecretText text, WireGuardPrivateKey key, WireGuardConfiguration wanted, UapiState now)
    {
        text.Line("set=1");
        if (now.ListenPort != wanted.ListenPort)
        {
            text.HexLine("private_key=", key.Bytes);
            text.Line(string.Create(CultureInfo.InvariantCulture, $"listen_port={wanted.ListenPort}"));
        }
        foreach (var gone in now.Peers.Select(p => p.PublicKey).Except(wanted.Peers.Select(p => p.PublicKey)))
        {
            text.Line($"public_key={gone.ToHex()}");
            text.Line("remove=true");
        }
        foreach (var peer in wanted.Peers)
        {
            text.Line($"public_key={peer.PublicKey.ToHex()}");
            text.Line($"endpoint={peer.Endpoint}");
            text.Line(string.Create(CultureInfo.InvariantCulture, $"persistent_keepalive_interval={(int)WireGuardLimits.KeepAlive.TotalSeconds}"));
            text.Line("replace_allowed_ips=true");
            text.Line($"allowed_ip={peer.Address}/32");
        }
        text.Line("");
    }

    /// <summary>Reads the answer to <c>set=1</c>.</summary>
    /// <exception cref="OverlayException">The device refused, or this is no answer.</exception>
    public static void ReadSet(ReadOnlySpan<byte> answer)
    {
        var lines = Lines(answer);
        if (lines.Count != 1) throw Refused("has lines before its errno");
        CheckErrno(lines[0]);
    }

    /// <summary>Reads the answer to <c>get=1</c>. Keys that are not known are passed over, as the protocol wishes.</summary>
    /// <exception cref="OverlayException">The device refused, or this is no answer.</exception>
    public static UapiState ReadGet(ReadOnlySpan<byte> answer)
    {
        var lines = Lines(answer);
        CheckErrno(lines[^1]);
        var (port, peers) = (0, new List<WireGuardPeerStatus>());
        long? seconds = null;
        foreach (var (name, value) in lines.SkipLast(1))
        {
            if (name == "public_key") peers.Add(NewPeer(value, peers));
            else if (name == "errno") throw Refused("has two errnos");
            else if (name == "listen_port") port = (int)Number(name, value, 65535);
            else if (name == "last_handshake_time_sec")
                Last(peers, name, p => p with { LatestHandshake = Moment(seconds = (long)Number(name, value, WireGuardLimits.UnixSecondsMax), 0) });
            else if (name == "last_handshake_time_nsec") Last(peers, name, p => p with { LatestHandshake = Moment(seconds, (long)Number(name, value, 999_999_999)) });
            else if (name == "rx_bytes") Last(peers, name, p => p with { ReceivedBytes = Number(name, value, ulong.MaxValue) });
            else if (name == "tx_bytes") Last(peers, name, p => p with { SentBytes = Number(name, value, ulong.MaxValue) });
        }
        return new UapiState(port, [.. peers]);
    }

    /// <summary>The lines of a whole answer; at least one.</summary>
    private static List<(string Name, string Value)> Lines(ReadOnlySpan<byte> answer)
    {
        if (answer.Length > WireGuardLimits.AnswerBytesMax) throw Refused("is too long");
        if (answer.Length < 3 || !answer.EndsWith("\n\n"u8)) throw Refused("is cut off");
        if (answer[..^2].IndexOf("\n\n"u8) >= 0) throw Refused("is more than one");
        if (answer.ContainsAnyExcept(Plain)) throw Refused("is not plain text");
        var lines = new List<(string, string)>();
        foreach (var line in answer[..^2].Split((byte)'\n'))
        {
            var text = Encoding.ASCII.GetString(answer[..^2][line]);
            var cut = text.IndexOf('=', StringComparison.Ordinal);
            if (cut <= 0) throw Refused("has a line that is no key=value");
            lines.Add((text[..cut], text[(cut + 1)..]));
        }
        return lines;
    }

    private static void CheckErrno((string Name, string Value) line)
    {
        if (line.Name != "errno" || !long.TryParse(line.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var errno))
            throw Refused("does not end with an errno");
        if (errno != 0) throw new OverlayException(string.Create(CultureInfo.InvariantCulture, $"The WireGuard device refused with errno {errno}."));
    }

    private static WireGuardPeerStatus NewPeer(string hex, List<WireGuardPeerStatus> peers)
    {
        if (!WireGuardPublicKey.TryParseHex(hex, out var key)) throw Refused("has a public_key that is none");
        if (peers.Count == WireGuardLimits.DevicePeersMax) throw Refused($"has more than {WireGuardLimits.DevicePeersMax} peers");
        return peers.Any(p => p.PublicKey == key) ? throw Refused("has a peer twice") : new WireGuardPeerStatus(key, null, 0, 0);
    }

    private static void Last(List<WireGuardPeerStatus> peers, string name, Func<WireGuardPeerStatus, WireGuardPeerStatus> change)
    {
        if (peers.Count == 0) throw Refused($"has a {name} before its first peer");
        peers[^1] = change(peers[^1]);
    }

    private static DateTimeOffset? Moment(long? seconds, long nanoseconds) =>
        seconds is null or 0 ? null : DateTimeOffset.FromUnixTimeSeconds(seconds.Value).AddTicks(nanoseconds / 100);

    private static ulong Number(string name, string value, ulong max) =>
        ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= max
            ? number
            : throw Refused($"has a {name} that is out of range");

    private static OverlayException Refused(string what) => new($"The WireGuard device's answer {what}.");
}
