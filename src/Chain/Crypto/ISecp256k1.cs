namespace SwarmCompute.Chain.Crypto;

/// <summary>Signing and recovery on secp256k1, deterministic (RFC 6979 with SHA-256): every implementation gives the same signature.</summary>
internal interface ISecp256k1
{
    /// <summary>Whether the 32 bytes are a private key: from 1 to the group order - 1.</summary>
    bool IsPrivateKey(ReadOnlySpan<byte> key);

    /// <summary>Writes the public key's x‖y, 64 bytes.</summary>
    void PublicKey(ReadOnlySpan<byte> key, Span<byte> publicKey);

    /// <summary>Signs a hash.</summary>
    RecoverableSignature Sign(ReadOnlySpan<byte> key, Hash32 hash);

    /// <summary>Finds the public key under which a signature of a hash is valid, and writes its x‖y, 64 bytes.</summary>
    /// <returns>False where there is none: r or s out of range, s above half the group order, or no point of the curve.</returns>
    bool TryRecover(Hash32 hash, RecoverableSignature signature, Span<byte> publicKey);
}
