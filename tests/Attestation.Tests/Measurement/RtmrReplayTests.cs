using System.Security.Cryptography;
using System.Text;

namespace SwarmCompute.Attestation.Tests.Measurement;

public sealed class RtmrReplayTests
{
    private static readonly byte[] First = SHA384.HashData("first"u8), Second = SHA384.HashData("second"u8);
    private static readonly byte[] Log =
    [
        .. Header(), .. Event(2, 1, First, "one"u8), .. Event(0, 1, First, default), .. Event(1, 3, First, default), .. Event(2, 1, Second, default),
    ];

    [Fact]
    public void A_register_is_the_chain_of_its_digests()
    {
        Assert.True(CcelLog.TryRead(Log, out var events));
        var registers = RtmrReplay.Replay(events);
        Assert.Equal(SHA384.HashData([.. SHA384.HashData([.. new byte[48], .. First]), .. Second]), registers[1]);
        Assert.All([0, 2, 3], i => Assert.Equal(new byte[48], registers[i]));
        Assert.Equal("one", Encoding.ASCII.GetString(events[0].Payload.Span));
    }

    [Fact]
    public void An_event_that_extends_nothing_may_name_any_register()
    {
        Assert.True(CcelLog.TryRead((byte[])[.. Log, .. Event(0xff, 3, First, default), .. Event(2, 1, First, default)], out var events));
        Assert.Equal([1, 1, 1], events.Select(e => e.Register));
    }

    [Theory]
    [InlineData((byte)0)]
    [InlineData((byte)0xff)]
    public void The_rest_of_the_area_is_no_event(byte filler)
    {
        Assert.True(CcelLog.TryRead((byte[])[.. Log, .. Enumerable.Repeat(filler, 100)], out var events));
        Assert.Equal(2, events.Length);
    }

    [Fact]
    public void A_log_that_is_cut_or_names_another_register_is_refused()
    {
        Assert.False(CcelLog.TryRead(default, out _));
        Assert.False(CcelLog.TryRead(Log.AsMemory(0, Log.Length - 1), out _));
        Assert.False(CcelLog.TryRead((byte[])[.. Header(), .. Event(5, 1, First, default)], out _));
        Assert.False(CcelLog.TryRead((byte[])[.. Header(), 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], out _));
    }

    [Fact]
    public void Changed_logs_never_throw()
    {
        var random = new Random(48);
        for (var i = 0; i < 3000; i++)
        {
            var log = (byte[])Log.Clone();
            for (var n = 0; n < 3; n++) log[random.Next(log.Length)] = (byte)random.Next(256);
            if (CcelLog.TryRead(log, out var events)) RtmrReplay.Replay(events);
        }
    }

    [Fact]
    public void A_run_time_event_s_digest_is_computed_where_the_log_has_none()
    {
        var digest = SHA384.HashData([1, 0, 0, 8, .. ":app-id:"u8, 0xab, 0xcd]);
        Assert.True(DstackEventLog.TryRead(Json("", 3, 0x08000001), out var events));
        Assert.Equal(digest, events[0].Digest.ToArray());
        Assert.True(DstackEventLog.TryRead(Json(Convert.ToHexStringLower(digest), 3, 0x08000001), out _));
    }

    [Fact]
    public void A_dstack_log_of_another_form_is_refused()
    {
        Assert.False(DstackEventLog.TryRead(Json(new string('0', 96), 3, 0x08000001), out _));       // not the digest of name and payload
        Assert.False(DstackEventLog.TryRead(Json("", 0, 4), out _));
        Assert.False(DstackEventLog.TryRead(Json("", 4, 0x08000001), out _));
        Assert.False(DstackEventLog.TryRead(Json("", -1, 0x08000001), out _));
        Assert.False(DstackEventLog.TryRead(Json("zz", 3, 0x08000001), out _));
        Assert.False(DstackEventLog.TryRead("{}"u8.ToArray(), out _));
        Assert.False(DstackEventLog.TryRead("[[[[[[]]]]]]"u8.ToArray(), out _));
        Assert.False(DstackEventLog.TryRead("""[{"imr":1,"imr":2,"event_type":1,"digest":"","event":"","event_payload":""}]"""u8.ToArray(), out _));
        Assert.False(DstackEventLog.TryRead("""[{"imr":3,"event_type":134217729,"digest":"","event":"\ud800","event_payload":""}]"""u8.ToArray(), out _));
    }

    private static byte[] Json(string digest, int register, uint type) => Encoding.UTF8.GetBytes(
        $$"""[{"imr":{{register}},"event_type":{{type}},"digest":"{{digest}}","event":"app-id","event_payload":"abcd"}]""");

    private static byte[] Header()
    {
        byte[] id = [.. "Spec ID Event03\0"u8, 0, 0, 0, 0, 0, 2, 0, 2, 1, 0, 0, 0, 0x0c, 0, 48, 0, 0];
        return [0, 0, 0, 0, 3, 0, 0, 0, .. new byte[20], (byte)id.Length, 0, 0, 0, .. id];
    }

    private static byte[] Event(byte register, byte type, byte[] digest, ReadOnlySpan<byte> payload) =>
        [register, 0, 0, 0, type, 0, 0, 0, 1, 0, 0, 0, 0x0c, 0, .. digest, (byte)payload.Length, 0, 0, 0, .. payload];
}
