using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SwarmCompute.Attestation.Tests.Measurement;

public sealed class TdxMrtdTests
{
    private static readonly TdxSection Volume = new(0, 0x1800, 0xffff_e000, 0x2000, Kind: 0, Attributes: 1);
    private static readonly TdxSection Hob = new(0, 0, 0x809000, 0x1000, Kind: 2, Attributes: 0);
    private static readonly TdxSection Later = new(0, 0, 0, 0x8000_0000, Kind: 4, Attributes: 2);
    private static readonly byte[] Image = FirmwareImage.Tdx(Volume, Hob, Later);

    [Fact]
    public void Pages_are_measured_as_they_are_added()
    {
        var stream = new List<byte>();
        Add(stream, 0xffff_e000);
        Extend(stream, 0xffff_e000, Contents(0));
        Add(stream, 0xffff_f000);
        Extend(stream, 0xffff_f000, Contents(4096));
        Add(stream, 0x809000);
        Assert.Equal(SHA384.HashData([.. stream]), Mrtd(TdxPageOrder.ExtendAfterEachAdd));
    }

    [Fact]
    public void Pages_are_measured_after_all_of_a_section_were_added()
    {
        var stream = new List<byte>();
        Add(stream, 0xffff_e000);
        Add(stream, 0xffff_f000);
        Extend(stream, 0xffff_e000, Contents(0));
        Extend(stream, 0xffff_f000, Contents(4096));
        Add(stream, 0x809000);
        Assert.Equal(SHA384.HashData([.. stream]), Mrtd(TdxPageOrder.ExtendAfterAllAdds));
    }

    public static TheoryData<TdxSection> Bad => new(
        Volume with { DataSize = 0x2001 }, Volume with { DataOffset = 0x1000 }, Volume with { Address = 0x1001 }, Volume with { MemorySize = 0x2001 },
        Volume with { MemorySize = TdxFirmware.SectionBytesMax + 0x1000 }, Volume with { Address = 0xffff_ffff_ffff_f000 }, Later with { Attributes = 3 });

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_section_out_of_bounds_is_refused(TdxSection section) => Assert.False(TdxFirmware.TryRead(FirmwareImage.Tdx(section), out _));

    [Fact]
    public void An_image_without_a_descriptor_is_refused()
    {
        Assert.False(TdxFirmware.TryRead(default, out _));
        Assert.False(TdxFirmware.TryRead(new byte[4096], out _));
        Assert.False(TdxFirmware.TryRead(FirmwareImage.Snp((0x800000, 0x1000, 1)), out _));
        Assert.False(TdxFirmware.TryRead(FirmwareImage.Tdx(), out _));
    }

    private static byte[] Mrtd(TdxPageOrder order)
    {
        Assert.True(TdxFirmware.TryRead(Image, out var firmware));
        return TdxMrtd.Compute(firmware!, order);
    }

    private static byte[] Contents(int at)
    {
        var page = new byte[4096];
        Image.AsSpan(at, Math.Min(4096, 0x1800 - at)).CopyTo(page);
        return page;
    }

    private static void Add(List<byte> stream, ulong address) => stream.AddRange([.. "MEM.PAGE.ADD\0\0\0\0"u8, .. Number(address), .. new byte[104]]);

    private static void Extend(List<byte> stream, ulong address, byte[] page)
    {
        for (var at = 0; at < page.Length; at += 256)
            stream.AddRange([.. "MR.EXTEND\0\0\0\0\0\0\0"u8, .. Number(address + (ulong)at), .. new byte[104], .. page.AsSpan(at, 256)]);
    }

    private static byte[] Number(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }
}
