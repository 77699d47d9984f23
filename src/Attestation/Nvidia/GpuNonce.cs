using System.Buffers.Binary;

namespace SwarmCompute.Attestation;

/// <summary>
/// The nonce with which a guest asks its own GPU: it ties the report to the verifier's question, to the guest's key and to the GPU's place, so that
/// one GPU's report answers for one GPU of one guest, once.
/// </summary>
public static class GpuNonce
{
    /// <summary>Bytes of the verifier's nonce.</summary>
    public const int VerifierNonceSize = 32;

    /// <summary>SHA-256 of "swarm-gpu-v1" ‖ verifier's nonce (32 bytes) ‖ key hash (32 bytes) ‖ index (u32, little-endian).</summary>
    /// <param name="verifierNonce">The verifier's nonce, 32 bytes.</param>
    /// <param name="keyHash">SHA-256 of the guest's SubjectPublicKeyInfo (DER, RFC 5280).</param>
    /// <param name="index">The GPU's place in the evidence, 0 to <see cref="DeviceEvidence.CountMax"/> - 1.</param>
    /// <exception cref="ArgumentException">The nonce has another length, or the index is out of range.</exception>
    public static Hash32 Of(ReadOnlySpan<byte> verifierNonce, Hash32 keyHash, int index)
    {
        if (verifierNonce.Length != VerifierNonceSize) throw new ArgumentException($"A nonce has {VerifierNonceSize} bytes, not {verifierNonce.Length}.", nameof(verifierNonce));
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, DeviceEvidence.CountMax);
        var place = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(place, (uint)index);
        return Hash32.Sha256([.. "swarm-gpu-v1"u8, .. verifierNonce, .. keyHash.ToArray(), .. place]);
    }
}
