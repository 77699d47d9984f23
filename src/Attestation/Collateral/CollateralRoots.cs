namespace SwarmCompute.Attestation;

/// <summary>The roots under which items are believed to be the vendors'.</summary>
/// <param name="Intel">SHA-256 of the DER of Intel's root.</param>
/// <param name="Amd">AMD's roots.</param>
/// <param name="Nvidia">NVIDIA's roots.</param>
public sealed record CollateralRoots(Hash32 Intel, SnpTrustRoots Amd, NvidiaRoots Nvidia)
{
    /// <summary>The vendors' own.</summary>
    public static CollateralRoots Vendors { get; } = new(TdxVerifier.IntelRoot, SnpTrustRoots.Amd, NvidiaRoots.Default);
}
