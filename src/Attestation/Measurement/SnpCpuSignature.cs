namespace SwarmCompute.Attestation;

/// <summary>CPUID signatures (leaf 1, EAX) that QEMU's processor models show: EDX of a virtual processor at reset, and so measured.</summary>
public static class SnpCpuSignature
{
    /// <summary><c>EPYC-v4</c> (Naples with the SNP fixes), QEMU's usual model for SNP guests.</summary>
    public const uint EpycV4 = 0x800f12;

    /// <summary><c>EPYC-Milan</c>: family 25, model 1, stepping 1.</summary>
    public static readonly uint Milan = Of(25, 1, 1);

    /// <summary><c>EPYC-Genoa</c>: family 25, model 17, stepping 0.</summary>
    public static readonly uint Genoa = Of(25, 17, 0);

    /// <summary><c>EPYC-Turin</c>: family 26, model 0, stepping 0.</summary>
    public static readonly uint Turin = Of(26, 0, 0);

    /// <summary>The signature of a family, model and stepping (AMD64 APM volume 3, Fn0000_0001_EAX).</summary>
    public static uint Of(byte family, byte model, byte stepping)
    {
        var (low, high) = family > 15 ? (15u, family - 15u) : (family, 0u);
        return (high << 20) | ((uint)(model >> 4) << 16) | (low << 8) | ((uint)(model & 15) << 4) | (stepping & 15u);
    }
}
