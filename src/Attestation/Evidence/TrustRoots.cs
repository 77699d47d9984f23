namespace SwarmCompute.Attestation;

/// <summary>The vendors' roots that evidence is judged under. Arm has none: its platforms' keys are trusted one by one (<see cref="CcaKeys"/>).</summary>
/// <param name="Intel">SHA-256 of the DER of Intel's root.</param>
/// <param name="Amd">The roots of AMD's lines.</param>
/// <param name="Nvidia">NVIDIA's roots.</param>
public sealed record TrustRoots(Hash32 Intel, SnpTrustRoots Amd, NvidiaRoots Nvidia)
{
    /// <summary>The vendors' own.</summary>
    public static TrustRoots Vendors { get; } = new(TdxVerifier.IntelRoot, SnpTrustRoots.Amd, NvidiaRoots.Default);
}
