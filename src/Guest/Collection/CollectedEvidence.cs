using System.Collections.Immutable;

namespace SwarmCompute.Guest.Collection;

/// <summary>What the hardware gave.</summary>
/// <param name="Type">The TEE type, as manifests name it.</param>
/// <param name="Document">The quote, report or token.</param>
/// <param name="Certificates">Certificates (DER) that the host put beside it: a hint only.</param>
public sealed record CollectedEvidence(string Type, ReadOnlyMemory<byte> Document, ImmutableArray<ReadOnlyMemory<byte>> Certificates);
