using System.Security.Cryptography;
using CsCheck;

namespace SwarmCompute.Attestation.Tests.Nvidia;

public sealed class GpuNonceTests
{
    private static readonly byte[] Verifier = [.. Enumerable.Repeat((byte)7, 32)];
    private static readonly Hash32 Key = Hash32.Sha256("key"u8);

    [Fact]
    public void A_nonce_is_over_tag_verifier_s_nonce_key_and_place()
    {
        byte[] text = [.. "swarm-gpu-v1"u8, .. Verifier, .. Key.ToArray(), 3, 0, 0, 0];
        Assert.Equal(SHA256.HashData(text), GpuNonce.Of(Verifier, Key, 3).ToArray());
    }

    [Fact]
    public void Another_question_key_or_place_is_another_nonce() =>
        Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[1, 9], Gen.Int[1, DeviceEvidence.CountMax - 1]).Sample((nonce, key, index) =>
        {
            var hash = Hash32.Sha256(key);
            Hash32[] nonces = [GpuNonce.Of(nonce, hash, index), GpuNonce.Of(nonce, hash, index - 1), GpuNonce.Of(nonce, Key, index), GpuNonce.Of(Hash32.Sha256(nonce).ToArray(), hash, index)];
            Assert.Equal(4, nonces.Distinct().Count());
        });

    [Theory]
    [InlineData(31, 0)]
    [InlineData(33, 0)]
    [InlineData(32, -1)]
    [InlineData(32, DeviceEvidence.CountMax)]
    public void What_no_verifier_would_ask_is_a_fault(int size, int index) =>
        Assert.ThrowsAny<ArgumentException>(() => GpuNonce.Of(new byte[size], Key, index));
}
