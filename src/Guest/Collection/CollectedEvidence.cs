using System.Collections.Immutable;

namespace SwarmCompute.Guest.Collection;

/// <summary>What the hardware said. Nothing of it has been judged.</summary>
/// <param name="Type">The TEE type, as manifests name it.</param>
/// <param name="Document">The quote, report or token, as the hardware gave it; not empty.</param>
/// <param name="Certificates">Certificates (DER) that came with it. They are from the host: a hint that saves a fetch, and nothing more.</param>
internal sealed record CollectedEvidence(string Type, ReadOnlyMemory<byte> Document, ImmutableArray<ReadOnlyMemory<byte>> Certificates)
{
    /// <summary>Bytes of report data: TDX, SEV-SNP and CCA all bind as many.</summary>
    public const int ReportDataSize = 64;
}
