namespace SwarmCompute.Grains.Interfaces;

/// <summary>A head's signed integrity report with what the contract needs of it.</summary>
/// <param name="File">The signed report file's bytes, at most <see cref="WireLimits.ReportBytesMax"/>.</param>
/// <param name="Hash">SHA-256 of the report's canonical bytes.</param>
/// <param name="Units">Units used.</param>
/// <param name="Signature">The lease key's signature over the usage statement: r then s, 64 bytes, low s.</param>
[GenerateSerializer, Immutable, Alias("swarm.SignedReportRecord")]
public sealed record SignedReportRecord(
    [property: Id(0)] byte[] File, [property: Id(1)] Hash32 Hash, [property: Id(2)] long Units, [property: Id(3)] byte[] Signature);
