using System.Buffers.Binary;

namespace SwarmCompute.Attestation.Tests.Measurement;

/// <summary>Small firmware images with a table of GUIDs, made here.</summary>
internal static class FirmwareImage
{
    public const uint ResetEip = 0x0080_b004;
    public const uint HashTable = 0x0081_0c00;
    private const int MetadataAt = 0x200;
    private static readonly Guid Footer = new("96b582de-1fb2-45f7-baea-a366c55a082d");
    private static readonly Guid SevMetadata = new("dc886566-984a-4798-a75e-5585a7bf67cc");
    private static readonly Guid Reset = new("00f771de-1a7e-4fcb-890e-68c77e2fb44e");
    private static readonly Guid Hashes = new("7255371f-3a3b-4b04-927b-1da6efa8d454");
    private static readonly Guid Tdvf = new("e47a6535-984a-4798-865e-4685a7bf8ec2");

    /// <summary>An image of two pages for SEV-SNP.</summary>
    public static byte[] Snp(params (uint Address, uint Size, uint Kind)[] sections)
    {
        var image = Filled(2);
        var at = image.AsSpan(MetadataAt);
        "ASEV"u8.CopyTo(at);
        Words(at[4..], (uint)(16 + (12 * sections.Length)), 1, (uint)sections.Length);
        for (var i = 0; i < sections.Length; i++) Words(at[(16 + (12 * i))..], sections[i].Address, sections[i].Size, sections[i].Kind);
        WriteTable(image, (Hashes, [HashTable, 0x400]), (Reset, [ResetEip]), (SevMetadata, [(uint)(image.Length - MetadataAt)]));
        return image;
    }

    /// <summary>An image of two pages for TDX; a section's data lies at its offset.</summary>
    public static byte[] Tdx(params TdxSection[] sections)
    {
        var image = Filled(2);
        var at = image.AsSpan(MetadataAt);
        "TDVF"u8.CopyTo(at);
        Words(at[4..], (uint)(16 + (32 * sections.Length)), 1, (uint)sections.Length);
        for (var i = 0; i < sections.Length; i++)
        {
            var s = sections[i];
            Words(at[(16 + (32 * i))..], s.DataOffset, s.DataSize, Low(s.Address), (uint)(s.Address >> 32),
                Low(s.MemorySize), (uint)(s.MemorySize >> 32), s.Kind, s.Attributes);
        }
        WriteTable(image, (Tdvf, [(uint)(image.Length - MetadataAt)]));
        return image;
    }

    private static uint Low(ulong value) => (uint)(value & uint.MaxValue);

    public static void Words(Span<byte> at, params uint[] words)
    {
        for (var i = 0; i < words.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(at[(4 * i)..], words[i]);
    }

    private static byte[] Filled(int pages) => [.. Enumerable.Range(0, pages * 4096).Select(i => (byte)(i * 31 / 7 % 256))];

    private static void WriteTable(byte[] image, params (Guid Id, uint[] Data)[] entries)
    {
        var end = image.Length - 32;
        var total = 18 + entries.Sum(e => 18 + (4 * e.Data.Length));
        WriteEntry(image, ref end, Footer, [], total);
        foreach (var (id, data) in entries) WriteEntry(image, ref end, id, data, 18 + (4 * data.Length));
    }

    private static void WriteEntry(byte[] image, ref int end, Guid id, uint[] data, int length)
    {
        id.TryWriteBytes(image.AsSpan(end - 16));
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(end - 18), (ushort)length);
        end -= 18 + (4 * data.Length);
        Words(image.AsSpan(end), data);
    }
}
