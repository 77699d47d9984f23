using SwarmCompute.Attestation;

namespace SwarmCompute.Guest.Collection;

/// <summary>Stands where there is no hardware: the guest's own word, unsigned (<see cref="DevelopmentEvidence"/>).</summary>
/// <param name="measurement">What the guest says that it is.</param>
internal sealed class DevelopmentCollector(Hash32 measurement) : IEvidenceCollector
{
    /// <inheritdoc/>
    public string Type => Manifest.Development;

    /// <inheritdoc/>
    public Task<CollectedEvidence> Collect(ReadOnlyMemory<byte> reportData, CancellationToken cancel) =>
        Task.FromResult(new CollectedEvidence(Type, DevelopmentEvidence.Create(reportData.Span, measurement), []));
}
