using System.Buffers.Binary;
using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>What an OVMF image adds to the launch digest of an SEV-SNP guest.</summary>
/// <param name="Seed">The launch digest after the image's own pages, 48 bytes (<see cref="SnpLaunchDigest.SeedOf"/>); may be kept instead of the image.</param>
/// <param name="Sections">The metadata's sections, in the order of the image.</param>
/// <param name="ResetEip">Where all processors but the first start.</param>
/// <param name="HashTableAddress">Where the kernel's hashes go; 0 where the firmware takes none.</param>
public sealed record SnpFirmware(ReadOnlyMemory<byte> Seed, ImmutableArray<SnpSection> Sections, uint ResetEip, uint HashTableAddress)
{
    /// <summary>The most bytes of an image.</summary>
    public const int ImageBytesMax = 64 * 1024 * 1024;

    /// <summary>The most sections of an image's metadata.</summary>
    public const int SectionsMax = 64;

    /// <summary>The most bytes of all sections together.</summary>
    public const long SectionBytesMax = 256L * 1024 * 1024;

    private const int MetadataHeader = 16;
    private const int SectionSize = 12;
    private const uint MetadataSignature = 0x56455341;                       // "ASEV"
    private static readonly Guid Metadata = new("dc886566-984a-4798-a75e-5585a7bf67cc");
    private static readonly Guid Reset = new("00f771de-1a7e-4fcb-890e-68c77e2fb44e");
    private static readonly Guid HashTable = new("7255371f-3a3b-4b04-927b-1da6efa8d454");

    /// <summary>Reads an image and measures its pages.</summary>
    /// <param name="image">The image, as the launcher maps it just below 4 GiB.</param>
    /// <param name="seed">The digest after the image's pages where it is known, 48 bytes; empty to compute it.</param>
    /// <param name="firmware">What was read.</param>
    /// <returns>False where it is not an OVMF image with SEV metadata.</returns>
    public static bool TryRead(ReadOnlySpan<byte> image, ReadOnlySpan<byte> seed, out SnpFirmware? firmware)
    {
        firmware = null;
        if (image.Length is 0 or > ImageBytesMax || image.Length % SnpLaunchDigest.PageSize != 0) return false;
        if (seed.Length != 0 && seed.Length != SnpLaunchDigest.Size) return false;
        if (!OvmfTable.TryFind(image, Reset, out var reset) || reset.Length < 4) return false;
        if (!TryReadSections(image, out var sections)) return false;
        var hashes = OvmfTable.TryFind(image, HashTable, out var table) && table.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(table) : 0;
        var measured = seed.Length == 0 ? SnpLaunchDigest.SeedOf(image) : seed.ToArray();
        firmware = new SnpFirmware(measured, sections, BinaryPrimitives.ReadUInt32LittleEndian(reset), hashes);
        return true;
    }

    private static bool TryReadSections(ReadOnlySpan<byte> image, out ImmutableArray<SnpSection> sections)
    {
        sections = [];
        if (!OvmfTable.TryFind(image, Metadata, out var entry) || entry.Length < 4) return false;
        var fromEnd = BinaryPrimitives.ReadUInt32LittleEndian(entry);
        if (fromEnd < MetadataHeader || fromEnd > (uint)image.Length) return false;
        var bytes = image[^(int)fromEnd..];
        var count = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != MetadataSignature || BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) != 1) return false;
        if (count > SectionsMax || MetadataHeader + ((int)count * SectionSize) > bytes.Length) return false;
        var read = ImmutableArray.CreateBuilder<SnpSection>((int)count);
        for (var i = 0; i < (int)count; i++) read.Add(ReadSection(bytes[(MetadataHeader + (i * SectionSize))..]));
        sections = read.ToImmutable();
        return AreWithinBounds(sections);
    }

    /// <summary>Whether sections are of known kinds and whole pages, and not too many bytes together.</summary>
    internal static bool AreWithinBounds(ImmutableArray<SnpSection> sections) =>
        sections.Sum(s => (long)s.Size) <= SectionBytesMax && sections.All(s => Enum.IsDefined(s.Kind) && s.Size % SnpLaunchDigest.PageSize == 0);

    private static SnpSection ReadSection(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(bytes), BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
        (SnpSectionKind)BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]));
}
