using System.Collections.Immutable;
using System.Globalization;

namespace SwarmCompute.Overlay.WireGuard;

/// <summary>The texts that the tool <c>wg</c> takes and prints (wg(8)).</summary>
internal static class WgText
{
    /// <summary>The file that <c>wg syncconf</c> reads.</summary>
    public static void Write(SecretText text, WireGuardPrivateKey key, WireGuardConfiguration wanted)
    {
        text.Line("[Interface]");
        text.Base64Line("PrivateKey=", key.Bytes);
        text.Line(string.Create(CultureInfo.InvariantCulture, $"ListenPort={wanted.ListenPort}"));
        foreach (var peer in wanted.Peers)
        {
            text.Line("[Peer]");
            text.Line($"PublicKey={peer.PublicKey}");
            text.Line($"Endpoint={peer.Endpoint}");
            text.Line($"AllowedIPs={peer.Address}/32");
            text.Line(string.Create(CultureInfo.InvariantCulture, $"PersistentKeepalive={(int)WireGuardLimits.KeepAlive.TotalSeconds}"));
        }
    }

    /// <summary>Reads what <c>wg show IF latest-handshakes</c> (key, Unix seconds) and <c>wg show IF transfer</c> (key, received, sent) print.</summary>
    /// <exception cref="OverlayException">They print something else.</exception>
    public static ImmutableArray<WireGuardPeerStatus> ReadStatus(string latestHandshakes, string transfer)
    {
        var handshakes = Rows(latestHandshakes, 1).ToDictionary(row => row.Key, row => row.Numbers[0]);
        return [.. Rows(transfer, 2).Select(row => new WireGuardPeerStatus(row.Key, Moment(handshakes.GetValueOrDefault(row.Key)), row.Numbers[0], row.Numbers[1]))];
    }

    /// <summary>Reads what <c>wg pubkey</c> prints.</summary>
    /// <exception cref="OverlayException">It prints something else.</exception>
    public static WireGuardPublicKey ReadKey(string output) =>
        WireGuardPublicKey.TryParse(output.TrimEnd('\n'), out var key) && !key.IsZero ? key : throw new OverlayException("`wg pubkey` printed something that is no key.");

    private static List<(WireGuardPublicKey Key, ulong[] Numbers)> Rows(string output, int numbers)
    {
        var rows = new List<(WireGuardPublicKey Key, ulong[] Numbers)>();
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split('\t');
            var values = fields.Skip(1).Select(f => ulong.TryParse(f, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : (ulong?)null).ToArray();
            if (values.Length != numbers || values.Contains(null) || !WireGuardPublicKey.TryParse(fields[0], out var key)
                || rows.Any(r => r.Key == key) || rows.Count == WireGuardLimits.DevicePeersMax)
                throw new OverlayException("`wg show` printed something that is no list of peers.");
            rows.Add((key, [.. values.Select(v => v!.Value)]));
        }
        return rows;
    }

    private static DateTimeOffset? Moment(ulong seconds)
    {
        if (seconds == 0) return null;
        return seconds <= WireGuardLimits.UnixSecondsMax
            ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
            : throw new OverlayException("`wg show` printed a time that cannot be.");
    }
}
