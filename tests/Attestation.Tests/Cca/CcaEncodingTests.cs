using System.Formats.Cbor;

namespace SwarmCompute.Attestation.Tests;

/// <summary>A token has one encoding, and headers that say no more than they may.</summary>
public sealed class CcaEncodingTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Another_tag_is_refused()
    {
        using var mint = new CcaMint { Tag = 400 };
        AssertRefused(mint.Token(), mint);
        using var signed = new CcaMint { SignTag = 98 };
        AssertRefused(signed.Token(), signed);
    }

    [Fact]
    public void The_forms_of_the_entries_belong_to_their_tags()
    {
        using var legacy = new CcaMint();
        var token = legacy.Token();
        token[1] = 907 >> 8;
        token[2] = 907 & 255;
        AssertRefused(token, legacy);
    }

    [Fact]
    public void Bytes_behind_a_token_are_refused()
    {
        using var mint = new CcaMint();
        AssertRefused([.. mint.Token(), 0], mint);
        AssertRefused(mint.Collection([.. mint.Platform(), 0], mint.Realm()), mint);
        AssertRefused(mint.Token()[..^1], mint);
        AssertRefused([], mint);
        AssertRefused(new byte[Evidence.DocumentBytesMax + 1], mint);
    }

    [Fact]
    public void An_unprotected_algorithm_is_refused()
    {
        using var beside = new CcaMint { Unprotected = w => Header(w, 1, x => x.WriteInt32(-35)) };
        AssertRefused(beside.Token(), beside);
        using var instead = new CcaMint { Protected = w => { w.WriteStartMap(0); w.WriteEndMap(); }, Unprotected = beside.Unprotected };
        AssertRefused(instead.Token(), instead);
    }

    [Fact]
    public void An_empty_protected_header_names_no_algorithm()
    {
        using var mint = new CcaMint();
        var bare = CborDocument.Encode(new CborNode.Tagged(18, new CborNode.Items([new CborNode.Bytes([]), new CborNode.Map([]), new CborNode.Bytes([1]), new CborNode.Bytes(new byte[96])])));
        AssertRefused(mint.Collection(bare, mint.Realm()), mint);
    }

    [Fact]
    public void Critical_headers_are_refused()
    {
        void Critical(CborWriter w)
        {
            w.WriteStartMap(2);
            w.WriteInt32(1); w.WriteInt32(-35);
            w.WriteInt32(2); w.WriteStartArray(1); w.WriteInt32(9); w.WriteEndArray();
            w.WriteEndMap();
        }
        using var mint = new CcaMint { Protected = Critical };
        AssertRefused(mint.Token(), mint);
        using var open = new CcaMint { Unprotected = w => Header(w, 2, x => x.WriteInt32(9)) };
        AssertRefused(open.Token(), open);
    }

    [Fact]
    public void A_header_that_changes_nothing_is_let_pass()
    {
        using var mint = new CcaMint { Unprotected = w => Header(w, 4, x => x.WriteByteString([1])) };
        Assert.Equal(Verdict.Accepted, Verify(mint.Token(), mint).Verdict);
    }

    [Theory]
    [InlineData("9fff", "an array without a length")]
    [InlineData("bfff", "a map without a length")]
    [InlineData("5f4101ff", "bytes without a length")]
    [InlineData("7f6161ff", "a text without a length")]
    [InlineData("a201010102", "a key twice")]
    [InlineData("a1613101", "a key that is a text")]
    [InlineData("1801", "a number longer than it need be")]
    [InlineData("580101", "a length longer than it need be")]
    [InlineData("d81201", "a tag longer than it need be")]
    [InlineData("61ff", "a text that is no UTF-8")]
    [InlineData("f97e00", "a floating-point number")]
    [InlineData("f7", "undefined")]
    [InlineData("1bffffffffffffffff", "a number beyond 64 signed bits")]
    [InlineData("0101", "a second item")]
    [InlineData("9a7fffffff", "more items than there are bytes")]
    [InlineData("ba7fffffff", "more pairs than there are bytes")]
    [InlineData("5a7fffffff", "more bytes than there are")]
    [InlineData("8181818181818181", "items too deep, cut off")]
    [InlineData("818181818181818101", "items too deep")]
    [InlineData("c1c1c1c1c1c1c1c101", "tags too deep")]
    [InlineData("", "nothing")]
    [InlineData("ff", "a break")]
    public void What_has_another_encoding_is_not_read(string hex, string what)
    {
        Assert.Null(CborDocument.Read(Convert.FromHexString(hex), out var fault));
        Assert.False(fault.Length == 0, what);
    }

    [Fact]
    public void Too_many_items_are_not_read() =>
        Assert.Null(CborDocument.Read(new byte[] { 0x99, 0x10, 0x00 }.Concat(new byte[4096]).ToArray(), out _));

    private static void Header(CborWriter w, int label, Action<CborWriter> value)
    {
        w.WriteStartMap(1);
        w.WriteInt32(label);
        value(w);
        w.WriteEndMap();
    }

    private static AttestationResult Verify(byte[] token, CcaMint mint) => CcaVerifier.Verify(token, mint.Keys, At, new(Challenge: null));

    private static void AssertRefused(byte[] token, CcaMint mint)
    {
        var result = Verify(token, mint);
        Assert.Equal("cca.token", Assert.Single(result.Checks).Code);
        Assert.Equal(Verdict.Refused, result.Verdict);
    }
}
