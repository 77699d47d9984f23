namespace SwarmCompute.Attestation;

/// <summary>Everything that goes into the launch digest of an SEV-SNP guest.</summary>
/// <param name="Firmware">The firmware.</param>
/// <param name="Vmm">Who launches it.</param>
/// <param name="ProcessorCount">How many virtual processors, 1 to <see cref="ProcessorsMax"/>.</param>
/// <param name="CpuSignature">The processor model (<see cref="SnpCpuSignature"/>); only QEMU lets it into the measurement.</param>
/// <param name="GuestFeatures">SEV_FEATURES: bit 0 SNP; newer kernels add bit 5, debug swap (0x21).</param>
/// <param name="Kernel">What is booted directly; null where the firmware boots from a disk.</param>
public sealed record SnpLaunch(
    SnpFirmware Firmware, SnpVmm Vmm, int ProcessorCount, uint CpuSignature, ulong GuestFeatures, SnpKernelHashes? Kernel)
{
    /// <summary>The most virtual processors.</summary>
    public const int ProcessorsMax = 4096;
}
