namespace SwarmCompute.Attestation;

/// <summary>CPUID signatures (leaf 1, EAX) that QEMU's processor models show: EDX of a virtual processor at reset, and so measured.</summary>
public static class SnpCpuSignature
{
    /// <summary><c>EPYC-v4</c> (Naples with the SNP fixes), QEMU's usual model for SNP guests.</summary>
    public const uint EpycV4 = 0x800f12;

    /// <summary><c>EPYC-Rome</c>: family 23, model 49, stepping 0.</summary>
    public static readonly uint Rome = Of(23, 49, 0);

    /// <summary><c>EPYC-Milan</c>: family 25, model 1, stepping 1.</summary>
    public static readonly uint Milan = Of(25, 1, 1);

    /// <summary><c>EPYC-Genoa</c>: family 25, model 17, stepping 0.</summary>
    public static readonly uint Genoa = Of(25, 17, 0);

    /// <summary><c>EPYC-Turin</c>: family 26, model 0, stepping 0.</summary>
    public static readonly uint Turin = Of(26, 0, 0);

    /// <summary>
    /// The signature of a model as QEMU names it (target/i386/cpu.c), such as <c>EPYC-v4</c> or <c>EPYC-Genoa</c>, of any version and in any
    /// case, with or without <c>EPYC-</c>; null where it is none of those above.
    /// </summary>
    public static uint? OfModel(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var parts = name.ToUpperInvariant().Split('-');
        if (parts[0] == "EPYC") parts = parts[1..];
        if (parts is [.., ['V', >= '1' and <= '9']]) parts = parts[..^1];
        return parts switch
        {
            [] or ["IBPB"] => EpycV4,
            ["ROME"] => Rome,
            ["MILAN"] => Milan,
            ["GENOA"] => Genoa,
            ["TURIN"] => Turin,
            _ => null,
        };
    }

    /// <summary>The signature of a family, model and stepping (AMD64 APM volume 3, Fn0000_0001_EAX).</summary>
    public static uint Of(byte family, byte model, byte stepping)
    {
        var (low, high) = family > 15 ? (15u, family - 15u) : (family, 0u);
        return (high << 20) | ((uint)(model >> 4) << 16) | (low << 8) | ((uint)(model & 15) << 4) | (stepping & 15u);
    }
}
