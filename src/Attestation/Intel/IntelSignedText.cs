using System.Security.Cryptography;

namespace SwarmCompute.Attestation;

/// <summary>
/// A text that Intel signs (TCB info, the quoting enclave's identity) in copies of its own, so that what is read is what was signed: hashed once,
/// and read once, after its signature held.
/// </summary>
internal sealed class IntelSignedText<T>(byte[] text, byte[] signature, Func<ReadOnlyMemory<byte>, T?> parse) where T : class
{
    private readonly byte[]? _digest = text.Length <= IntelJson.BytesMax ? SHA256.HashData(text) : null;
    private T? _read;

    /// <summary>What it says; null where it has another form.</summary>
    public T? Read => _read ??= parse(text);

    /// <summary>Whether the key of the certificate signed it.</summary>
    public bool IsSignedBy(PkiCertificate signer) =>
        _digest is not null && signer.Key is { Algorithm: PkiAlgorithm.EcdsaP256Sha256 } key && key.VerifyFixedDigest(_digest, signature);
}
