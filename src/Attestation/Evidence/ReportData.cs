using System.Security.Cryptography;
using System.Text;

namespace SwarmCompute.Attestation;

/// <summary>The 64 bytes that hardware signs for the guest (REPORTDATA, REPORT_DATA, the realm's challenge): they bind evidence to a key and a purpose.</summary>
public static class ReportData
{
    /// <summary>The bytes of report data.</summary>
    public const int Size = 64;

    /// <summary>The bytes of a nonce.</summary>
    public const int NonceSize = 32;

    private static readonly byte[] Tag = Encoding.ASCII.GetBytes("swarm/attest/v1\0");

    /// <summary>SHA-512 of "swarm/attest/v1" ‖ 0 ‖ purpose ‖ nonce ‖ SHA-256(SubjectPublicKeyInfo) ‖ SHA-384(extra).</summary>
    /// <param name="purpose">What the evidence is for.</param>
    /// <param name="nonce">What the verifier asked with, 32 bytes.</param>
    /// <param name="keyHash">SHA-256 of the SubjectPublicKeyInfo (DER, RFC 5280) of the key that is vouched for.</param>
    /// <param name="extra">Whatever else is bound: the claims (<see cref="EvidenceClaims"/>).</param>
    public static byte[] Of(AttestationPurpose purpose, ReadOnlySpan<byte> nonce, Hash32 keyHash, ReadOnlySpan<byte> extra)
    {
        if (nonce.Length != NonceSize) throw new ArgumentException($"A nonce has {NonceSize} bytes, not {nonce.Length}.", nameof(nonce));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        hash.AppendData(Tag);
        hash.AppendData([(byte)purpose]);
        hash.AppendData(nonce);
        hash.AppendData(keyHash.ToArray());
        hash.AppendData(SHA384.HashData(extra));
        return hash.GetHashAndReset();
    }
}
