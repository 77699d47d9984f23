using System.Security.Cryptography;

namespace SwarmCompute.Attestation.Tests;

public sealed class EvidenceClaimsTests
{
    private static readonly EvidenceClaims Claims = new()
    {
        KeyHash = Hash32.Sha256([1]),
        Purpose = AttestationPurpose.Peer,
        Nonce = Enumerable.Repeat((byte)7, 32).ToArray(),
        Context = new byte[] { 8 },
    };

    [Fact]
    public void What_is_signed_is_tag_purpose_nonce_key_and_claims()
    {
        var (bytes, reportData) = Claims.Bind();
        byte[] signed = [.. "swarm/attest/v1\0"u8, 2, .. Claims.Nonce.Span, .. Claims.KeyHash.ToArray(), .. SHA384.HashData(Claims.ToBytes())];
        Assert.Equal(129, signed.Length);
        Assert.Equal(SHA512.HashData(signed), reportData);
        Assert.Equal(Claims.ToBytes(), bytes);
    }

    [Fact]
    public void Claims_without_a_purpose_are_bound_as_Interoperable_RA_TLS_does()
    {
        var (bytes, reportData) = (Claims with { Purpose = null }).Bind();
        Assert.Equal([.. SHA256.HashData(bytes), .. new byte[32]], reportData);
    }
}
