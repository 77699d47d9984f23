using System.Buffers.Binary;

namespace SwarmCompute.Attestation;

/// <summary>
/// The table of GUIDs at the end of an OVMF image (edk2, OvmfPkg/ResetVector/Ia16/ResetVectorVtf0.asm): 32 bytes before the end
/// of the image, entries of {data, u16 length, GUID}, read backwards; the last one gives the length of the table.
/// </summary>
internal static class OvmfTable
{
    private const int EntryHeader = 18;
    private const int FromEnd = 32;
    private static readonly Guid Footer = new("96b582de-1fb2-45f7-baea-a366c55a082d");

    /// <summary>Finds the data of an entry; false where there is no table, the table is malformed, or it has no such entry.</summary>
    public static bool TryFind(ReadOnlySpan<byte> image, Guid wanted, out ReadOnlySpan<byte> data)
    {
        data = default;
        if (image.Length < FromEnd + EntryHeader) return false;
        var table = image[..^FromEnd];
        var length = EntryLength(table);
        if (length == 0 || new Guid(table[^16..]) != Footer) return false;
        table = table[^length..^EntryHeader];
        while ((length = EntryLength(table)) != 0)
        {
            if (new Guid(table[^16..]) == wanted)
            {
                data = table[^length..^EntryHeader];
                return true;
            }
            table = table[..^length];
        }
        return false;
    }

    /// <summary>Bytes of the last entry with its header; 0 where there is none, or none that fits.</summary>
    private static int EntryLength(ReadOnlySpan<byte> table)
    {
        if (table.Length < EntryHeader) return 0;
        var length = BinaryPrimitives.ReadUInt16LittleEndian(table[^EntryHeader..]);
        return length >= EntryHeader && length <= table.Length ? length : 0;
    }
}
