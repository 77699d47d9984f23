using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SwarmCompute.Attestation;

/// <summary>The nonce that a CVM asks its devices with: a report then belongs to one question, one key and one place in the list of devices.</summary>
public static class GpuNonce
{
    /// <summary>SHA-256 of "swarm-gpu-v1" ‖ nonce ‖ SHA-256(SubjectPublicKeyInfo) ‖ index (4 bytes, little-endian).</summary>
    /// <param name="nonce">What the verifier asked the CVM with, 32 bytes.</param>
    /// <param name="keyHash">SHA-256 of the SubjectPublicKeyInfo of the CVM's key.</param>
    /// <param name="index">The device's place in the list, from 0.</param>
    public static byte[] Of(ReadOnlySpan<byte> nonce, Hash32 keyHash, int index)
    {
        var number = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(number, index);
        return SHA256.HashData([.. "swarm-gpu-v1"u8, .. nonce, .. keyHash.ToArray(), .. number]);
    }
}
