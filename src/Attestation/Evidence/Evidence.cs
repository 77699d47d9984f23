namespace SwarmCompute.Attestation;

/// <summary>What a CVM shows for itself (RFC 9334): for hardware, what the processor signed.</summary>
/// <param name="Type">The TEE type, as manifests name it.</param>
/// <param name="Document">The document in the type's own form; at most <see cref="DocumentBytesMax"/> bytes are judged.</param>
public sealed record Evidence(string Type, byte[] Document)
{
    /// <summary>The most bytes of a document.</summary>
    public const int DocumentBytesMax = 64 * 1024;
}
