namespace SwarmCompute.Guest.Collection;

/// <summary>Asks the hardware that stands behind this guest for evidence.</summary>
internal interface IEvidenceCollector
{
    /// <summary>The TEE type, as manifests name it.</summary>
    string Type { get; }

    /// <summary>Collects evidence that is bound to the report data.</summary>
    /// <param name="reportData">Exactly <see cref="CollectedEvidence.ReportDataSize"/> bytes.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="GuestException">The hardware, or the kernel, gives none.</exception>
    Task<CollectedEvidence> Collect(ReadOnlyMemory<byte> reportData, CancellationToken cancel);
}
