using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SwarmCompute.Attestation;

/// <summary>
/// The launch digest of an SEV-SNP guest, MEASUREMENT in its reports (SEV-SNP Firmware ABI 56860, section 8.17.2, PAGE_INFO of SNP_LAUNCH_UPDATE):
/// a chain of SHA-384 over a 112-byte PAGE_INFO for every page that the launcher adds.
/// </summary>
public static class SnpLaunchDigest
{
    /// <summary>Bytes of a launch digest.</summary>
    public const int Size = 48;

    internal const int PageSize = 4096;
    private const int InfoSize = 112;
    private const long Below = 0x1_0000_0000;
    private const ulong VmsaAddress = 0xffff_ffff_f000;

    private enum Page : byte { Normal = 1, Vmsa = 2, Zero = 3, Unmeasured = 4, Secrets = 5, Cpuid = 6 }

    /// <summary>The digest after the pages of an image that ends at 4 GiB: what a firmware adds always, and may be kept instead of it.</summary>
    /// <param name="image">The image, whole pages.</param>
    /// <exception cref="ArgumentException">The image is empty, too large, or not whole pages.</exception>
    public static byte[] SeedOf(ReadOnlySpan<byte> image)
    {
        if (image.Length is 0 or > SnpFirmware.ImageBytesMax || image.Length % PageSize != 0)
            throw new ArgumentException($"An image is 1 to {SnpFirmware.ImageBytesMax / PageSize} pages of {PageSize} bytes.", nameof(image));
        var digest = new byte[Size];
        for (var at = 0; at < image.Length; at += PageSize)
            Extend(digest, Page.Normal, (ulong)(Below - image.Length + at), image.Slice(at, PageSize));
        return digest;
    }

    /// <summary>Computes the digest of a launch.</summary>
    /// <param name="launch">What is launched.</param>
    /// <param name="digest">The digest, 48 bytes.</param>
    /// <returns>False where it cannot be launched so: a kernel is given but the firmware takes none, or the number of processors is out of range.</returns>
    public static bool TryCompute(SnpLaunch launch, out byte[] digest)
    {
        digest = [];
        ArgumentNullException.ThrowIfNull(launch);
        if (launch.ProcessorCount is < 1 or > SnpLaunch.ProcessorsMax || launch.Firmware.Seed.Length != Size) return false;
        if (launch.Kernel is not null && !TakesKernel(launch.Firmware)) return false;
        var chain = launch.Firmware.Seed.ToArray();
        foreach (var section in launch.Firmware.Sections)
            if (!TryExtendSection(chain, launch, section)) return false;
        ExtendLateCpuid(chain, launch);
        ExtendProcessors(chain, launch);
        digest = chain;
        return true;
    }

    private static bool TakesKernel(SnpFirmware firmware) =>
        firmware.HashTableAddress != 0 && firmware.Sections.Any(s => s.Kind == SnpSectionKind.KernelHashes);

    private static bool TryExtendSection(byte[] chain, SnpLaunch launch, SnpSection section)
    {
        switch (section.Kind)
        {
            case SnpSectionKind.SecMemory:
                ExtendEmpty(chain, launch.Vmm == SnpVmm.Gce ? Page.Unmeasured : Page.Zero, section);
                return true;
            case SnpSectionKind.Secrets:
                Extend(chain, Page.Secrets, section.Address, default);
                return true;
            case SnpSectionKind.Cpuid:
                if (launch.Vmm != SnpVmm.Ec2) Extend(chain, Page.Cpuid, section.Address, default);
                return true;
            case SnpSectionKind.KernelHashes when launch.Kernel is { } kernel:
                return TryExtendKernel(chain, kernel, section, launch.Firmware.HashTableAddress);
            case SnpSectionKind.KernelHashes or SnpSectionKind.SvsmCaa:
                ExtendEmpty(chain, Page.Zero, section);
                return true;
            default:
                return false;
        }
    }

    private static bool TryExtendKernel(byte[] chain, SnpKernelHashes kernel, SnpSection section, uint table)
    {
        var page = new byte[PageSize];
        if (section.Size != PageSize || !kernel.TryPage((int)(table % PageSize), page)) return false;
        Extend(chain, Page.Normal, section.Address, page);
        return true;
    }

    private static void ExtendLateCpuid(byte[] chain, SnpLaunch launch)
    {
        if (launch.Vmm != SnpVmm.Ec2) return;
        foreach (var section in launch.Firmware.Sections.Where(s => s.Kind == SnpSectionKind.Cpuid))
            Extend(chain, Page.Cpuid, section.Address, default);
    }

    private static void ExtendProcessors(byte[] chain, SnpLaunch launch)
    {
        Extend(chain, Page.Vmsa, VmsaAddress, SnpVmsa.Page(launch.Vmm, SnpVmsa.BootEip, launch.CpuSignature, launch.GuestFeatures));
        if (launch.ProcessorCount == 1) return;
        var other = SnpVmsa.Page(launch.Vmm, launch.Firmware.ResetEip, launch.CpuSignature, launch.GuestFeatures);
        for (var i = 1; i < launch.ProcessorCount; i++) Extend(chain, Page.Vmsa, VmsaAddress, other);
    }

    private static void ExtendEmpty(byte[] chain, Page kind, SnpSection section)
    {
        for (ulong at = 0; at < section.Size; at += PageSize) Extend(chain, kind, section.Address + at, default);
    }

    private static void Extend(Span<byte> chain, Page kind, ulong address, ReadOnlySpan<byte> contents)
    {
        Span<byte> info = stackalloc byte[InfoSize];
        info.Clear();
        chain.CopyTo(info);
        if (contents.Length != 0) SHA384.HashData(contents, info[Size..]);
        BinaryPrimitives.WriteUInt16LittleEndian(info[96..], InfoSize);
        info[98] = (byte)kind;
        BinaryPrimitives.WriteUInt64LittleEndian(info[104..], address);
        SHA384.HashData(info, chain);
    }
}
