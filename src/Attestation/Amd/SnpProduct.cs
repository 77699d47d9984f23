namespace SwarmCompute.Attestation;

/// <summary>Tells a processor's line.</summary>
internal static class SnpProduct
{
    /// <summary>The line of a CPUID family and model, as reports have them from version 3 on; null where it is none that is known.</summary>
    public static SnpProductLine? OfCpuid(byte family, byte model) => (family, model) switch
    {
        (0x19, <= 0x0f) => SnpProductLine.Milan,
        (0x19, >= 0x10 and <= 0x1f or >= 0xa0 and <= 0xaf) => SnpProductLine.Genoa,
        (0x1a, <= 0x11) => SnpProductLine.Turin,
        _ => null,
    };

    /// <summary>The line of a certificate's product name: <c>Milan-B0</c>, <c>Genoa</c>; null where it is none that is known.</summary>
    public static SnpProductLine? OfName(string name) => name.Split('-')[0] switch
    {
        "Milan" => SnpProductLine.Milan,
        "Genoa" => SnpProductLine.Genoa,
        "Turin" => SnpProductLine.Turin,
        _ => null,
    };
}
