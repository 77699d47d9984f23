namespace SwarmCompute.Attestation;

/// <summary>The document of development evidence has its one form.</summary>
public sealed class DevelopmentDocumentCheck : IEvidenceCheck
{
    /// <inheritdoc/>
    public Check Run(Evidence evidence, EvidencePolicy policy) => DevelopmentEvidence.TryRead(evidence.Document) is { } read
        ? new("document", true, $"measurement {read.Measurement}, by the guest's own word")
        : new("document", false, "the document is not development evidence");
}
