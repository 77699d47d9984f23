using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>What NVIDIA publishes about a device; nothing of it is trusted before its signature holds.</summary>
/// <param name="Rims">Reference integrity manifests (XML), in any order; which is which they say themselves.</param>
/// <param name="OcspResponses">OCSP responses (DER, RFC 6960), in any order.</param>
public sealed record NvidiaCollateral(ImmutableArray<ReadOnlyMemory<byte>> Rims, ImmutableArray<ReadOnlyMemory<byte>> OcspResponses)
{
    /// <summary>The most manifests that are read.</summary>
    public const int RimsMax = 8;

    /// <summary>The most OCSP responses that are read.</summary>
    public const int OcspResponsesMax = 32;
}
