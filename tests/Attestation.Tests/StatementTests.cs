using System.Numerics;
using CsCheck;

namespace SwarmCompute.Attestation.Tests;

public sealed class StatementTests
{
    private static readonly Address OrderBook = Address.Parse("0x1111111111111111111111111111111111111111");
    private static readonly Hash32 Hash = Hash32.Parse(new string('3', 64));

    [Fact]
    public void A_lease_statement_is_nine_words_as_abi_encode_writes_them() => Assert.Equal(
        "537761726d436f6d707574652e4c656173652e76320000000000000000000000" +
        "0000000000000000000000000000000000000000000000000000000000007a69" +
        "0000000000000000000000001111111111111111111111111111111111111111" +
        "0000000000000000000000000000000000000000000000000000000000000007" +
        "0000000000000000000000000000000000000000000000000000000000000001" +
        "0000000000000000000000000000000000000000000000000000000000000002" +
        "0000000000000000000000000000000000000000000000000000000000000005" +
        "4444444444444444444444444444444444444444444444444444444444444444" +
        "3333333333333333333333333333333333333333333333333333333333333333",
        Convert.ToHexStringLower(new LeaseStatement(31337, OrderBook, new LeaseId(new OrderId(7), 1), new LeaseEpoch(2), new OfferId(5), Hash32.Parse(new string('4', 64)), Hash).ToBytes()));

    [Fact]
    public void A_usage_statement_is_seven_words_as_abi_encode_writes_them() => Assert.Equal(
        "537761726d436f6d707574652e5265706f72742e763100000000000000000000" +
        "0000000000000000000000000000000000000000000000000000000000007a69" +
        "0000000000000000000000001111111111111111111111111111111111111111" +
        "0000000000000000000000000000000000000000000000000000000000000007" +
        "0000000000000000000000000000000000000000000000000000000000000002" +
        "3333333333333333333333333333333333333333333333333333333333333333" +
        "000000000000000000000000000000000000000000000000ffffffffffffffff",
        Convert.ToHexStringLower(new UsageStatement(31337, OrderBook, new OrderId(7), new LeaseEpoch(2), Hash, ulong.MaxValue).ToBytes()));

    [Fact]
    public void A_checkpoint_statement_is_six_words_as_abi_encode_writes_them() => Assert.Equal(
        "537761726d436f6d707574652e436865636b706f696e742e7631000000000000" +
        "0000000000000000000000000000000000000000000000000000000000007a69" +
        "0000000000000000000000001111111111111111111111111111111111111111" +
        "0000000000000000000000000000000000000000000000000000000000000007" +
        "0000000000000000000000000000000000000000000000000000000000000002" +
        "000000000000000000000000000000000000000000000000ffffffffffffffff",
        Convert.ToHexStringLower(new CheckpointStatement(31337, OrderBook, new OrderId(7), new LeaseEpoch(2), ulong.MaxValue).ToBytes()));

    [Fact]
    public void Every_signature_verifies_and_has_a_low_s()
    {
        using var key = P256.CreateKey();
        var half = (BigInteger.Pow(2, 256) - BigInteger.Pow(2, 224) + BigInteger.Pow(2, 192)) / 2;
        Gen.Byte.Array[0, 300].Sample(
            data =>
            {
                var signature = P256.SignLowS(key, data);
                Assert.True(P256.Verify(key, data, signature));
                Assert.True(new BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true) < half);
            },
            iter: 200);
    }

    [Fact]
    public void The_same_signature_with_a_high_s_is_refused()
    {
        using var key = P256.CreateKey();
        var signature = P256.SignLowS(key, [1, 2, 3]);
        var n = new BigInteger(
            Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"), isUnsigned: true, isBigEndian: true);
        var high = (n - new BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true)).ToByteArray(isUnsigned: true, isBigEndian: true);
        high.CopyTo(signature, 64 - high.Length);
        Assert.False(P256.Verify(key, [1, 2, 3], signature));
    }
}
