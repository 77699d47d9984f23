using System.Net;
using System.Text;
using CsCheck;
using SwarmCompute.Overlay.WireGuard;

namespace SwarmCompute.Overlay.Tests.WireGuard;

public sealed class UapiCodecTests
{
    private const string KeyA = "b85996fecc9c7f1fc6d2572a76eda11d59bcd20be8e543b15ce4bd85a8e75a33", KeyB = "58402e695ba1772b1cc9309755f043251ea77fdcf10fbe63989ceb7e19321376";

    private static readonly string Answer = $"""
        private_key=e84b5a6d2717c1003a13b431570353dbaca9146cf150c5f8575680feba52027a
        listen_port=12912
        fwmark=1
        public_key={KeyA}
        preshared_key=188515093e952f5f22e865cef3012e72f8b5f0b598ac0309d5dacce3b70fcf52
        allowed_ip=192.168.4.4/32
        endpoint=[abcd:23::33%2]:51820
        last_handshake_time_sec=1700000000
        last_handshake_time_nsec=500000000
        tx_bytes=38333
        rx_bytes=2224
        something_newer=7
        public_key={KeyB}
        last_handshake_time_sec=0
        last_handshake_time_nsec=0
        errno=0


        """;

    public static readonly TheoryData<string> Hostile =
    [
        "", "\n\n", "errno=0", "errno=0\n", "errno=0\n\nerrno=0\n\n", "errno=x\n\n", "errno=\n\n", "listen_port=1\n\n",
        "errno=0\nlisten_port=1\n\n", "errno=0\nerrno=0\n\n", "nothing\nerrno=0\n\n", "=1\nerrno=0\n\n",
        "listen_port=65536\nerrno=0\n\n", "listen_port=-1\nerrno=0\n\n", "listen_port= 1\nerrno=0\n\n", "rx_bytes=1\nerrno=0\n\n",
        "public_key=00\nerrno=0\n\n", "public_key=0x" + new string('0', 62) + "\nerrno=0\n\n", $"public_key={KeyA}\npublic_key={KeyA}\nerrno=0\n\n",
        $"public_key={KeyA}\nrx_bytes=18446744073709551616\nerrno=0\n\n", $"public_key={KeyA}\nlast_handshake_time_sec=253402300800\nerrno=0\n\n",
        $"public_key={KeyA}\nlast_handshake_time_nsec=1000000000\nerrno=0\n\n", "a=\u0001\nerrno=0\n\n", "a=\r\nerrno=0\n\n", "é=1\nerrno=0\n\n",
        string.Concat(Enumerable.Range(0, 65).Select(i => $"public_key={i:x64}\n")) + "errno=0\n\n",
        "a=" + new string('1', 70_000) + "\nerrno=0\n\n",
    ];

    [Fact]
    public void An_answer_is_read_without_its_secrets()
    {
        var state = UapiCodec.ReadGet(Encoding.ASCII.GetBytes(Answer));
        Assert.Equal(12912, state.ListenPort);
        Assert.Equal([new(Key(KeyA), DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_500), 2224, 38333), new(Key(KeyB), null, 0, 0)], state.Peers);
    }

    [Theory, MemberData(nameof(Hostile))]
    public void A_hostile_answer_is_refused(string answer)
    {
        Assert.Throws<OverlayException>(() => UapiCodec.ReadGet(Encoding.UTF8.GetBytes(answer)));
        Assert.Throws<OverlayException>(() => UapiCodec.ReadSet(Encoding.UTF8.GetBytes(answer)));
    }

    [Fact]
    public void An_answer_with_an_errno_says_which()
    {
        Assert.Contains("errno -22", Assert.Throws<OverlayException>(() => UapiCodec.ReadSet("errno=-22\n\n"u8)).Message, StringComparison.Ordinal);
        Assert.Contains("errno 5", Assert.Throws<OverlayException>(() => UapiCodec.ReadGet("listen_port=1\nerrno=5\n\n"u8)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_were_changed_are_read_or_refused_but_nothing_else_happens()
    {
        var whole = Encoding.ASCII.GetBytes(Answer);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length]).Sample((at, value, length) =>
        {
            var changed = whole.ToArray();
            changed[at] = value;
            try
            {
                Assert.InRange(UapiCodec.ReadGet(changed.AsSpan(0, length)).Peers.Length, 0, WireGuardLimits.DevicePeersMax);
            }
            catch (OverlayException refused)
            {
                Assert.DoesNotContain("e84b5a6d", refused.Message, StringComparison.Ordinal);
            }
        });
    }

    [Fact]
    public void A_device_is_told_its_key_its_port_and_its_peers()
    {
        using var key = WireGuardPrivateKey.Create();
        Assert.Equal(
            [
                "set=1", $"private_key={Convert.ToHexStringLower(key.Bytes)}", "listen_port=51820",
                $"public_key={KeyA}", "endpoint=192.0.2.1:51820", "persistent_keepalive_interval=25", "replace_allowed_ips=true", "allowed_ip=100.64.0.1/32", "", "",
            ],
            Set(key, Wanted(KeyA), new UapiState(0, [])));
    }

    [Fact]
    public void A_peer_that_stays_is_not_removed_and_the_key_is_not_said_again()
    {
        using var key = WireGuardPrivateKey.Create();
        var now = new UapiState(51820, [new(Key(KeyA), null, 0, 0), new(Key(KeyB), null, 0, 0)]);
        var said = Set(key, Wanted(KeyA), now);
        Assert.Equal(["set=1", $"public_key={KeyB}", "remove=true", $"public_key={KeyA}"], said[..4]);
        Assert.Single(said, "remove=true");
        Assert.DoesNotContain(said, line => line.StartsWith("private_key", StringComparison.Ordinal) || line == "replace_peers=true");
    }

    [Fact]
    public void A_full_device_fits_into_one_request()
    {
        using var key = WireGuardPrivateKey.Create();
        using var text = new SecretText();
        var endpoint = new IPEndPoint(IPAddress.Parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 65535);
        UapiCodec.WriteSet(text, key, Wanted(KeyA) with { Peers = [.. Enumerable.Range(1, 15).Select(i => new WireGuardPeer(Key($"{i:x64}"), endpoint, IPAddress.Parse("100.127.255.255")))] },
            new UapiState(0, [.. Enumerable.Range(100, WireGuardLimits.DevicePeersMax).Select(i => new WireGuardPeerStatus(Key($"{i:x64}"), null, 0, 0))]));
        Assert.True(text.Memory.Span.EndsWith("\n\n"u8));
    }

    [Fact]
    public void A_key_that_was_disposed_is_zeroed_and_refuses()
    {
        var key = WireGuardPrivateKey.Create();
        var bytes = System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpan(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(key.Bytes), 32);
        key.Dispose();
        Assert.Equal(new byte[32], bytes.ToArray());
        Assert.Throws<ObjectDisposedException>(() => key.Bytes.Length);
    }

    private static WireGuardConfiguration Wanted(string key) =>
        new(IPAddress.Parse("100.64.0.2"), 51820, 1420, [new WireGuardPeer(Key(key), IPEndPoint.Parse("192.0.2.1:51820"), IPAddress.Parse("100.64.0.1"))]);

    private static string[] Set(WireGuardPrivateKey key, WireGuardConfiguration wanted, UapiState now)
    {
        using var text = new SecretText();
        UapiCodec.WriteSet(text, key, wanted, now);
        return Encoding.ASCII.GetString(text.Memory.Span).Split('\n');
    }

    private static WireGuardPublicKey Key(string hex) => WireGuardPublicKey.TryParseHex(hex, out var key) ? key : throw new FormatException(hex);
}
