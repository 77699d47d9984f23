namespace SwarmCompute.Attestation;

/// <summary>
/// The versions of a platform's firmware, a byte each (SEV-SNP Firmware ABI 56860, section 2.2, TCB_VERSION): Milan and Genoa
/// bootloader 0, TEE 1, SNP 6, microcode 7; Turin FMC 0, bootloader 1, TEE 2, SNP 3, microcode 7.
/// </summary>
/// <param name="Raw">All eight bytes, little-endian; each is a component.</param>
public readonly record struct SnpTcb(ulong Raw)
{
    /// <summary>The versions of a Milan or Genoa platform.</summary>
    public static SnpTcb Of(byte bootloader, byte tee, byte snp, byte microcode) =>
        new(bootloader | ((ulong)tee << 8) | ((ulong)snp << 48) | ((ulong)microcode << 56));

    /// <summary>The versions of a Turin platform.</summary>
    public static SnpTcb OfTurin(byte fmc, byte bootloader, byte tee, byte snp, byte microcode) =>
        new(fmc | ((ulong)bootloader << 8) | ((ulong)tee << 16) | ((ulong)snp << 24) | ((ulong)microcode << 56));

    /// <summary>Whether no component is above the other's.</summary>
    public bool IsAtMost(SnpTcb other)
    {
        for (var shift = 0; shift < 64; shift += 8)
            if (((Raw >> shift) & 0xff) > ((other.Raw >> shift) & 0xff)) return false;
        return true;
    }

    /// <summary>All components but the microcode's.</summary>
    public SnpTcb WithoutMicrocode => new(Raw & 0x00ff_ffff_ffff_ffff);

    /// <summary>The components by name.</summary>
    public string Describe(SnpProductLine line) => line == SnpProductLine.Turin
        ? $"fmc {Part(0)} bl {Part(1)} tee {Part(2)} snp {Part(3)} ucode {Part(7)}"
        : $"bl {Part(0)} tee {Part(1)} snp {Part(6)} ucode {Part(7)}";

    /// <inheritdoc />
    public override string ToString() => $"{Raw:x16}";

    private ulong Part(int index) => (Raw >> (8 * index)) & 0xff;
}
