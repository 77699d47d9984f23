using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>What a CVM shows for itself (RFC 9334): for hardware, what the processor signed.</summary>
/// <param name="Type">The TEE type, as manifests name it, or <c>sgx</c>.</param>
/// <param name="Document">The document in the type's own form (quote, report, token); at most <see cref="DocumentBytesMax"/> bytes are judged.</param>
/// <param name="Claims">The bytes of <see cref="EvidenceClaims"/> that the document's report data is made from.</param>
public sealed record Evidence(string Type, ReadOnlyMemory<byte> Document, ReadOnlyMemory<byte> Claims)
{
    /// <summary>The most bytes of a document.</summary>
    public const int DocumentBytesMax = 64 * 1024;

    /// <summary>The most certificates beside a document.</summary>
    public const int CertificatesMax = 8;

    /// <summary>Certificates (DER) that came with the document, from the host: a hint that spares a question to the vendor, never trusted as it is.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Certificates { get; init; } = [];

    /// <summary>What the CVM's devices show; the claims name each by its digest. Not part of a certificate.</summary>
    public ImmutableArray<DeviceEvidence> Devices { get; init; } = [];
}
