using System.Net;
using System.Text;
using SwarmCompute.Overlay.WireGuard;

namespace SwarmCompute.Overlay.Tests.WireGuard;

public sealed class WgTextTests
{
    private const string Key = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";

    public static readonly TheoryData<string, string> Hostile = new()
    {
        { "", "x\t1\t2\n" },
        { "", Key + "\t1\n" },
        { "", Key + "\t1\t-2\n" },
        { "", Key + "\t1\t2\t3\n" },
        { "", $"{Key}\t1\t2\n{Key}\t1\t2\n" },
        { Key + "\tx\n", Key + "\t1\t2\n" },
        { Key + "\t18446744073709551615\n", Key + "\t1\t2\n" },
    };

    [Fact]
    public void What_wg_shows_is_read()
    {
        Assert.Equal([new(Public, DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), 12, 34)], WgText.ReadStatus(Key + "\t1700000000\n", Key + "\t12\t34\n"));
        Assert.Equal([new(Public, null, 0, 0)], WgText.ReadStatus(Key + "\t0\n", Key + "\t0\t0\n"));
        Assert.Empty(WgText.ReadStatus("", ""));
    }

    [Theory, MemberData(nameof(Hostile))]
    public void What_wg_cannot_show_is_refused(string handshakes, string transfer) =>
        Assert.Throws<OverlayException>(() => WgText.ReadStatus(handshakes, transfer));

    [Fact]
    public void What_is_no_key_is_refused()
    {
        Assert.Equal(Public, WgText.ReadKey(Key + "\n"));
        Assert.All(["", "\n", Key[1..], Convert.ToBase64String(new byte[32])], output => Assert.Throws<OverlayException>(() => WgText.ReadKey(output)));
    }

    [Fact]
    public void The_kernel_is_told_each_peer_with_its_one_address()
    {
        using var key = WireGuardPrivateKey.Create();
        using var text = new SecretText();
        WgText.Write(text, key, new WireGuardConfiguration(
            IPAddress.Parse("100.64.0.2"), 51820, 1420, [new WireGuardPeer(Public, IPEndPoint.Parse("[2001:db8::1]:51820"), IPAddress.Parse("100.64.0.1"))]));
        Assert.Equal(
            $"""
            [Interface]
            PrivateKey={Convert.ToBase64String(key.Bytes)}
            ListenPort=51820
            [Peer]
            PublicKey={Key}
            Endpoint=[2001:db8::1]:51820
            AllowedIPs=100.64.0.1/32
            PersistentKeepalive=25

            """,
            Encoding.ASCII.GetString(text.Memory.Span));
    }

    private static WireGuardPublicKey Public => WireGuardPublicKey.TryParse(Key, out var key) ? key : throw new FormatException(Key);
}
