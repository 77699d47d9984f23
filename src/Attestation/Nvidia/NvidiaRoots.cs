namespace SwarmCompute.Attestation;

/// <summary>The roots that are trusted, by SHA-256 of their DER.</summary>
/// <param name="Device">The root of devices' certificates.</param>
/// <param name="Rim">The root of the signers of reference integrity manifests.</param>
public sealed record NvidiaRoots(Hash32 Device, Hash32 Rim)
{
    /// <summary>NVIDIA's own: "NVIDIA Device Identity CA", and the root of its reference values (both in NVIDIA's nvtrust).</summary>
    public static NvidiaRoots Default { get; } = new(
        Hash32.Parse("0x102bf659d5419614c9d8e6aecebc80454eb26b1df6a769ac720b9a690b167b48"),
        Hash32.Parse("0x12977b5115acb0381179279fffeb5a8c4d264971ebb32298023a465fa41df5d1"));
}
