namespace SwarmCompute.Grains.Interfaces;

/// <summary>What a certified guest said of itself in its Hello.</summary>
[GenerateSerializer, Immutable, Alias("swarm.GuestIdentity")]
public sealed record GuestIdentity
{
    /// <summary>X of the lease's P-256 key.</summary>
    [Id(0)] public required Hash32 KeyX { get; init; }
    /// <summary>Y of the lease's P-256 key.</summary>
    [Id(1)] public required Hash32 KeyY { get; init; }
    /// <summary>The authority's signature over the lease statement: r then s, 64 bytes, low s.</summary>
    [Id(2)] public required byte[] LeaseSignature { get; init; }
    /// <summary>The guest's certificate, DER, at most <see cref="WireLimits.CertificateBytesMax"/> bytes.</summary>
    [Id(3)] public required byte[] CertificateDer { get; init; }
    /// <summary>The authority's root certificate, DER, at most <see cref="WireLimits.CertificateBytesMax"/> bytes.</summary>
    [Id(4)] public required byte[] AuthorityDer { get; init; }
    /// <summary>Where its neighbours reach it: host:port.</summary>
    [Id(5)] public required string OverlayEndpoint { get; init; }
    /// <summary>Where clients reach it (HTTPS); the head's alone.</summary>
    [Id(6)] public string? ApiEndpoint { get; init; }
    /// <summary>The kind of evidence; <c>development</c> is none.</summary>
    [Id(7)] public required string EvidenceType { get; init; }
    /// <summary>What the evidence measured.</summary>
    [Id(8)] public required Hash32 Measurement { get; init; }
}
