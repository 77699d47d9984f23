using System.Security.Cryptography;
using SwarmCompute.Attestation;
using SwarmCompute.Guest.Authority;

namespace SwarmCompute.Guest.Tests;

/// <summary>A request that an authority of this key hash accepts, and ways to spoil it.</summary>
internal static class CertifyCase
{
    public static readonly Address OrderBook = Address.Parse("0x1111111111111111111111111111111111111111");
    public static readonly Address Provider = Address.Parse("0x2222222222222222222222222222222222222222");
    public static readonly OfferId Offer = new(5);
    public static readonly LeaseId Lease = new(new OrderId(7), 1);

    public static Manifest Manifest(Hash32 authority) =>
        new("llama.cpp", new ModelReference(Hash32.Sha256([1]), 1), Stages: 3, ContextTokens: 256, Threads: 1, ["development"], authority);

    /// <summary>The request; its evidence is bound to exactly what it says.</summary>
    public static CertifyRequest Request(
        ECDsa key, Manifest manifest, byte[] nonce, ulong chainId = 31337, LeaseId? lease = null, Address? provider = null, AttestationPurpose purpose = AttestationPurpose.Lease)
    {
        var nothing = new Evidence("development", ReadOnlyMemory<byte>.Empty, ReadOnlyMemory<byte>.Empty);
        var request = new CertifyRequest(lease ?? Lease, new LeaseEpoch(2), provider ?? Provider, Offer, chainId, OrderBook, manifest.ToCanonicalBytes(), nothing);
        var claims = new EvidenceClaims
        {
            KeyHash = Hash32.Sha256(key.ExportSubjectPublicKeyInfo()),
            Purpose = purpose,
            Nonce = nonce,
            Context = request.ContextFor(manifest.Hash).ToBytes(),
        };
        return request with { Evidence = Bound(claims) };
    }

    /// <summary>Development evidence that is bound to these claims.</summary>
    public static Evidence Bound(EvidenceClaims claims)
    {
        var (bytes, reportData) = claims.Bind();
        return new Evidence("development", DevelopmentEvidence.Create(reportData, Hash32.Sha256([2])), bytes);
    }
}
