using System.Buffers.Binary;
using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>A TDX virtual firmware image and the sections that its descriptor names (Intel TDX Virtual Firmware Design Guide, section 11).</summary>
/// <param name="Image">The image.</param>
/// <param name="Sections">Its sections, in the descriptor's order; all within the bounds below.</param>
public sealed record TdxFirmware(ReadOnlyMemory<byte> Image, ImmutableArray<TdxSection> Sections)
{
    /// <summary>The most bytes of an image.</summary>
    public const int ImageBytesMax = 64 * 1024 * 1024;

    /// <summary>The most sections.</summary>
    public const int SectionsMax = 64;

    /// <summary>The most bytes that all sections that are added may take together.</summary>
    public const ulong SectionBytesMax = 256UL * 1024 * 1024;

    private const int DescriptorHeader = 16;
    private const int SectionSize = 32;
    private const uint Signature = 0x46564454;                              // "TDVF"
    private static readonly Guid Descriptor = new("e47a6535-984a-4798-865e-4685a7bf8ec2");

    /// <summary>Reads an image; false where it is no TDX firmware, or one out of bounds.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> image, out TdxFirmware? firmware)
    {
        firmware = null;
        if (image.Length is 0 or > ImageBytesMax || !OvmfTable.TryFind(image.Span, Descriptor, out var entry) || entry.Length < 4) return false;
        var fromEnd = BinaryPrimitives.ReadUInt32LittleEndian(entry);
        if (fromEnd < DescriptorHeader || fromEnd > (uint)image.Length) return false;
        var bytes = image.Span[^(int)fromEnd..];
        var count = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Signature || BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) != 1) return false;
        if (count is 0 or > SectionsMax || DescriptorHeader + ((int)count * SectionSize) > bytes.Length) return false;
        var sections = ImmutableArray.CreateBuilder<TdxSection>((int)count);
        for (var i = 0; i < (int)count; i++) sections.Add(ReadSection(bytes[(DescriptorHeader + (i * SectionSize))..]));
        if (!sections.All(s => IsWithinBounds(s, image.Length))) return false;
        if (sections.Where(s => s.IsAdded).Sum(s => (decimal)s.MemorySize) > SectionBytesMax) return false;
        firmware = new TdxFirmware(image, sections.ToImmutable());
        return true;
    }

    private static TdxSection ReadSection(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(bytes), BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[28..]));

    private static bool IsWithinBounds(TdxSection section, int imageSize)
    {
        if (section.DataSize > section.MemorySize || (ulong)section.DataOffset + section.DataSize > (ulong)imageSize) return false;
        if (section.Address % TdxMrtd.PageSize != 0 || section.MemorySize % TdxMrtd.PageSize != 0) return false;
        if (section.Address > ulong.MaxValue - section.MemorySize) return false;
        return section.IsAdded ? section.MemorySize <= SectionBytesMax : !section.IsMeasured;
    }
}
