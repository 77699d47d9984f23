using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>Firmware versions in a policy file: for each product line its components by name; one that is left out is 0.</summary>
internal static class SnpTcbForm
{
    private static readonly ImmutableArray<(string Name, int Shift)> Epyc = [("bootloader", 0), ("tee", 8), ("snp", 48), ("microcode", 56)];
    private static readonly ImmutableArray<(string Name, int Shift)> Turin = [("fmc", 0), ("bootloader", 8), ("tee", 16), ("snp", 24), ("microcode", 56)];

    /// <summary>The versions of each line that is named.</summary>
    public static PolicyForm<ImmutableDictionary<SnpProductLine, SnpTcb>> ByLine { get; } = PolicyForms
        .Map($"one of {string.Join(", ", Enum.GetNames<SnpProductLine>())}", Enum.GetNames<SnpProductLine>().Contains, Of)
        .As(map => map.ToImmutableDictionary(m => Enum.Parse<SnpProductLine>(m.Key), m => m.Value),
            map => map.ToImmutableSortedDictionary(m => m.Key.ToString(), m => m.Value, StringComparer.Ordinal));

    private static PolicyForm<SnpTcb> Of(string line)
    {
        var parts = line == nameof(SnpProductLine.Turin) ? Turin : Epyc;
        return new PolicyObject<SnpTcb>([.. parts.Select(Part)]).ToForm(default);
    }

    private static PolicyMember<SnpTcb> Part((string Name, int Shift) part) => new PolicySetting<SnpTcb, long>(
        part.Name, PolicyForms.Number(0, byte.MaxValue),
        tcb => (long)(tcb.Raw >> part.Shift & 0xff), (tcb, value) => new((tcb.Raw & ~(0xffUL << part.Shift)) | (ulong)value << part.Shift));
}
