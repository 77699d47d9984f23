using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SwarmCompute.Attestation.Tests.Measurement;

public sealed class SnpLaunchDigestTests
{
    private static readonly (uint, uint, uint)[] Sections =
        [(0x800000, 0x2000, 1), (0x80a000, 0x1000, 2), (0x80b000, 0x1000, 3), (0x80c000, 0x1000, 4), (0x810000, 0x1000, 0x10)];

    private static readonly byte[] Image = FirmwareImage.Snp(Sections);

    [Fact]
    public void A_digest_is_the_chain_of_all_pages_in_order()
    {
        var chain = new byte[48];
        Page(ref chain, 1, 0xffff_e000, Image.AsSpan(0, 4096));
        Page(ref chain, 1, 0xffff_f000, Image.AsSpan(4096));
        Page(ref chain, 3, 0x800000);
        Page(ref chain, 3, 0x801000);
        Page(ref chain, 5, 0x80a000);
        Page(ref chain, 6, 0x80b000);
        Page(ref chain, 3, 0x80c000);
        Page(ref chain, 3, 0x810000);
        Page(ref chain, 2, 0xffff_ffff_f000, SnpVmsa.Page(SnpVmm.Qemu, 0xffff_fff0, 0x800f12, 1));
        Page(ref chain, 2, 0xffff_ffff_f000, SnpVmsa.Page(SnpVmm.Qemu, FirmwareImage.ResetEip, 0x800f12, 1));
        Assert.Equal(Hex(chain), Digest(Launch(SnpVmm.Qemu, processors: 2)));
    }

    [Fact]
    public void EC2_adds_the_page_of_CPUID_last_and_GCE_does_not_measure_the_firmware_s_memory()
    {
        var ec2 = SnpLaunchDigest.SeedOf(Image);
        foreach (var (kind, address) in new (byte, ulong)[] { (3, 0x800000), (3, 0x801000), (5, 0x80a000), (3, 0x80c000), (3, 0x810000), (6, 0x80b000) })
            Page(ref ec2, kind, address);
        Page(ref ec2, 2, 0xffff_ffff_f000, SnpVmsa.Page(SnpVmm.Ec2, 0xffff_fff0, 0, 1));
        Assert.Equal(Hex(ec2), Digest(Launch(SnpVmm.Ec2, processors: 1)));
        var gce = SnpLaunchDigest.SeedOf(Image);
        foreach (var (kind, address) in new (byte, ulong)[] { (4, 0x800000), (4, 0x801000), (5, 0x80a000), (6, 0x80b000), (3, 0x80c000), (3, 0x810000) })
            Page(ref gce, kind, address);
        Page(ref gce, 2, 0xffff_ffff_f000, SnpVmsa.Page(SnpVmm.Gce, 0xffff_fff0, 0, 1));
        Assert.Equal(Hex(gce), Digest(Launch(SnpVmm.Gce, processors: 1)));
    }

    [Fact]
    public void The_kernel_s_hashes_are_a_page_of_their_own()
    {
        byte[] kernel = [1, 2, 3], initrd = [4];
        var table = new byte[4096];
        Write(table, 0xc00, "06d63894224fc94cb479a793d411fd21", "a800");
        Write(table, 0xc12, "d82dd09720bd944caa78e7714d36ab2a", "3200", SHA256.HashData("quiet\0"u8));
        Write(table, 0xc44, "31f7ba442f3ad74b9af141e29169781d", "3200", SHA256.HashData(initrd));
        Write(table, 0xc76, "3794e74dd2ab7f42b835d5b172d2045b", "3200", SHA256.HashData(kernel));
        var chain = SnpLaunchDigest.SeedOf(Image);
        foreach (var (kind, address) in new (byte, ulong)[] { (3, 0x800000), (3, 0x801000), (5, 0x80a000), (6, 0x80b000), (3, 0x80c000) })
            Page(ref chain, kind, address);
        Page(ref chain, 1, 0x810000, table);
        Page(ref chain, 2, 0xffff_ffff_f000, SnpVmsa.Page(SnpVmm.Qemu, 0xffff_fff0, 0x800f12, 1));
        Assert.Equal(Hex(chain), Digest(Launch(SnpVmm.Qemu, 1) with { Kernel = SnpKernelHashes.Of(kernel, initrd, "quiet") }));
    }

    [Fact]
    public void A_kept_seed_stands_for_the_image_s_pages()
    {
        var tail = (byte[])Image.Clone();
        tail[0x1100] ^= 1;                                                  // a page that only the seed covers
        Assert.True(SnpFirmware.TryRead(tail, SnpLaunchDigest.SeedOf(Image), out var firmware));
        Assert.Equal(Digest(Launch(SnpVmm.Qemu, 1)), Digest(Launch(SnpVmm.Qemu, 1) with { Firmware = firmware! }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(SnpLaunch.ProcessorsMax + 1)]
    public void A_number_of_processors_out_of_range_gives_no_digest(int processors) =>
        Assert.False(SnpLaunchDigest.TryCompute(Launch(SnpVmm.Qemu, processors), out _));

    [Fact]
    public void A_firmware_without_a_place_for_hashes_launches_no_kernel()
    {
        Assert.True(SnpFirmware.TryRead(FirmwareImage.Snp(Sections[..4]), default, out var firmware));
        Assert.False(SnpLaunchDigest.TryCompute(Launch(SnpVmm.Qemu, 1) with { Firmware = firmware!, Kernel = SnpKernelHashes.Of([], [], "") }, out _));
    }

    [Fact]
    public void An_image_that_is_cut_or_has_other_sections_is_refused()
    {
        Assert.False(SnpFirmware.TryRead(default, default, out _));
        Assert.False(SnpFirmware.TryRead(Image.AsSpan(0, 4096), default, out _));
        Assert.False(SnpFirmware.TryRead(Image.AsSpan(1), default, out _));
        Assert.False(SnpFirmware.TryRead(FirmwareImage.Snp((0x800000, 0x1000, 9)), default, out _));
        Assert.False(SnpFirmware.TryRead(FirmwareImage.Snp((0x800000, 0xf000_0000, 1)), default, out _));
        Assert.False(SnpFirmware.TryRead(Image, new byte[47], out _));
    }

    [Fact]
    public void Changed_images_never_throw()
    {
        var random = new Random(384);
        for (var i = 0; i < 2000; i++)
        {
            var image = (byte[])Image.Clone();
            for (var n = 0; n < 4; n++) image[random.Next(2) == 0 ? random.Next(0x200, 0x260) : random.Next(0x1f40, 0x2000)] = (byte)random.Next(256);
            if (SnpFirmware.TryRead(image, new byte[48], out var firmware) && firmware!.Sections.All(s => s.Size < 0x10000))
                _ = SnpLaunchDigest.TryCompute(Launch(SnpVmm.Qemu, 1) with { Firmware = firmware, Kernel = SnpKernelHashes.Of([], [], "") }, out _);
        }
    }

    [Fact]
    public void Processor_models_have_the_signatures_of_CPUID()
    {
        Assert.Equal(0xa00f11u, SnpCpuSignature.Milan);
        Assert.Equal(0xa10f10u, SnpCpuSignature.Genoa);
        Assert.Equal(0xb00f00u, SnpCpuSignature.Turin);
        Assert.Equal(SnpCpuSignature.EpycV4, SnpCpuSignature.Of(23, 1, 2));
    }

    [Theory]
    [InlineData("EPYC-v4", 0x800f12)]
    [InlineData("epyc", 0x800f12)]
    [InlineData("EPYC-IBPB", 0x800f12)]
    [InlineData("EPYC-Rome-v2", 0x830f10)]
    [InlineData("epyc-milan", 0xa00f11)]
    [InlineData("Genoa", 0xa10f10)]
    [InlineData("EPYC-Turin-v1", 0xb00f00)]
    public void A_processor_is_found_by_QEMU_s_name_for_it(string name, uint signature) => Assert.Equal(signature, SnpCpuSignature.OfModel(name));

    [Theory]
    [InlineData("EPYC-Venice")]
    [InlineData("EPYC-v")]
    [InlineData("EPYC-Milan-x")]
    [InlineData("Skylake")]
    public void Another_processor_s_name_is_none(string name) => Assert.Null(SnpCpuSignature.OfModel(name));

    private static SnpLaunch Launch(SnpVmm vmm, int processors)
    {
        Assert.True(SnpFirmware.TryRead(Image, default, out var firmware));
        return new SnpLaunch(firmware!, vmm, processors, SnpCpuSignature.EpycV4, 1, null);
    }

    private static string Digest(SnpLaunch launch)
    {
        Assert.True(SnpLaunchDigest.TryCompute(launch, out var digest));
        return Hex(digest);
    }

    private static void Page(ref byte[] chain, byte kind, ulong address, ReadOnlySpan<byte> contents = default)
    {
        var gpa = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(gpa, address);
        var hash = contents.Length == 0 ? new byte[48] : SHA384.HashData(contents);
        chain = SHA384.HashData([.. chain, .. hash, 0x70, 0, kind, 0, 0, 0, 0, 0, .. gpa]);
    }

    private static void Write(byte[] table, int at, string guid, string length, byte[]? hash = null)
    {
        Convert.FromHexString(guid + length).CopyTo(table, at);
        hash?.CopyTo(table, at + 18);
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
