using System.Security.Cryptography;
using CsCheck;

namespace SwarmCompute.Chain.Tests;

/// <summary>Low-s normalisation.</summary>
public sealed class P256SignatureTests
{
    private static readonly UInt128 HalfOrderHigh = new(0x7FFFFFFF80000000, 0x7FFFFFFFFFFFFFFF);

    [Fact]
    public void A_normalised_signature_is_low_and_still_valid()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Gen.Byte.Array[32].Sample(hash =>
        {
            var signature = P256Signature.FromFixed(key.SignHash(hash));
            var high = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(signature.S.ToArray());
            return high <= HalfOrderHigh && key.VerifyHash(hash, (byte[])[.. signature.R.ToArray(), .. signature.S.ToArray()]);
        }, iter: 200);
    }

    [Theory]
    [InlineData("7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8", "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8")]
    [InlineData("7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a9", "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8")]
    [InlineData("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550", "0000000000000000000000000000000000000000000000000000000000000001")]
    [InlineData("ffffffff00000000fffffffffffffffe00000000000000000000000000000000", "00000000000000000000000000000001bce6faada7179e84f3b9cac2fc632551")]
    public void The_borders_are_where_they_should_be(string given, string low) =>
        Assert.Equal(Hash32.Parse(low), P256Signature.FromFixed([.. new byte[32], .. Convert.FromHexString(given)]).S);

    [Theory]
    [InlineData(63)]
    [InlineData(65)]
    public void Another_length_is_refused(int length) => Assert.Throws<ArgumentException>(() => P256Signature.FromFixed(new byte[length]));

    [Fact]
    public void An_s_outside_the_group_is_refused() =>
        Assert.Throws<ArgumentException>(() => P256Signature.FromFixed(Enumerable.Repeat((byte)0xFF, 64).ToArray()));
}
