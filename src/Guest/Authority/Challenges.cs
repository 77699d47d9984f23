using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SwarmCompute.Guest.Authority;

/// <summary>
/// The nonces that guests must have their evidence made with. Nothing is kept: a nonce is the time (Unix seconds, 8 bytes, big-endian) and the first
/// 24 bytes of an HMAC-SHA256 over the time and the key that asked, under a secret of this process.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class Challenges(TimeProvider time)
{
    /// <summary>The bytes of a nonce.</summary>
    public const int Size = 32;

    /// <summary>How long a nonce is good for: a quote can take seconds, several devices a minute.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);

    /// <summary>Makes a nonce.</summary>
    /// <param name="keyHash">SHA-256 of the SubjectPublicKeyInfo of the key that asks.</param>
    public byte[] Issue(Hash32 keyHash) => Nonce(time.GetUtcNow().ToUnixTimeSeconds(), keyHash);

    /// <summary>Whether the nonce was made here, for this key, and not too long ago.</summary>
    public bool IsGood(ReadOnlySpan<byte> nonce, Hash32 keyHash)
    {
        if (nonce.Length != Size) return false;
        var issued = BinaryPrimitives.ReadInt64BigEndian(nonce);
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        return CryptographicOperations.FixedTimeEquals(Nonce(issued, keyHash), nonce) && issued <= now && now - issued <= (long)Lifetime.TotalSeconds;
    }

    private byte[] Nonce(long seconds, Hash32 keyHash)
    {
        var nonce = new byte[Size];
        BinaryPrimitives.WriteInt64BigEndian(nonce, seconds);
        HMACSHA256.HashData(_secret, (byte[])[.. nonce.AsSpan(0, 8), .. keyHash.ToArray()]).AsSpan(0, Size - 8).CopyTo(nonce.AsSpan(8));
        return nonce;
    }
}
