namespace SwarmCompute.Attestation;

/// <summary>What a device beside the CVM shows for itself: an NVIDIA GPU or switch.</summary>
/// <param name="Report">The request and the response, as <see cref="NvidiaVerifier"/> reads them.</param>
/// <param name="Chain">The device's certificates, leaf first (PEM).</param>
public sealed record DeviceEvidence(ReadOnlyMemory<byte> Report, ReadOnlyMemory<byte> Chain)
{
    /// <summary>The most devices of one CVM: 8 GPUs and 4 switches, and as many again.</summary>
    public const int CountMax = 24;

    /// <summary>The most bytes of a report.</summary>
    public const int ReportBytesMax = 16 * 1024;

    /// <summary>The most bytes of a chain.</summary>
    public const int ChainBytesMax = 16 * 1024;
}
