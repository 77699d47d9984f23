namespace SwarmCompute.Grains.Interfaces;

/// <summary>One stage of a pipeline map.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Epoch">The epoch of its lease.</param>
/// <param name="OverlayEndpoint">Where it is reached: host:port.</param>
/// <param name="CertificateDer">Its certificate, DER.</param>
[GenerateSerializer, Immutable, Alias("swarm.PipelineMapStage")]
public sealed record PipelineMapStage(
    [property: Id(0)] int Slot, [property: Id(1)] LeaseEpoch Epoch, [property: Id(2)] string OverlayEndpoint, [property: Id(3)] byte[] CertificateDer)
{
    /// <summary>Whether both name the same guest at the same place; certificates are compared by content.</summary>
    public bool Equals(PipelineMapStage? other) =>
        other is not null && Slot == other.Slot && Epoch == other.Epoch && OverlayEndpoint == other.OverlayEndpoint
        && CertificateDer.AsSpan().SequenceEqual(other.CertificateDer);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Slot, Epoch, OverlayEndpoint, CertificateDer.Length);
}
