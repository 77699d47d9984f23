using System.Security.Cryptography;

namespace SwarmCompute.Attestation.Tests.Measurement;

public sealed class SnpIdBlockTests
{
    private static readonly byte[] Digest = [.. Enumerable.Range(1, 48).Select(i => (byte)i)];

    [Fact]
    public void A_block_is_digest_ids_version_SVN_and_policy()
    {
        byte[] family = [.. Enumerable.Repeat((byte)0xfa, 16)], image = [.. Enumerable.Repeat((byte)0x1a, 16)];
        byte[] expected = [.. Digest, .. family, .. image, 1, 0, 0, 0, 7, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0];
        Assert.Equal(expected, new SnpIdBlock(Digest, family, image, 7, 0x30000).ToBytes());
    }

    [Fact]
    public void A_block_of_other_lengths_is_a_fault() =>
        Assert.Throws<ArgumentException>(() => new SnpIdBlock(Digest, new byte[15], new byte[16], 0, 0).ToBytes());

    [Fact]
    public void A_key_s_digest_is_over_its_little_endian_form()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var q = key.ExportParameters(false).Q;
        byte[] form = [2, 0, 0, 0, .. q.X!.Reverse(), .. new byte[24], .. q.Y!.Reverse(), .. new byte[24], .. new byte[0x404 - 148]];
        Assert.Equal(SHA384.HashData(form), SnpIdBlock.KeyDigest(key));
    }

    [Fact]
    public void A_key_on_another_curve_is_a_fault()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Throws<ArgumentException>(() => SnpIdBlock.KeyDigest(key));
    }
}
