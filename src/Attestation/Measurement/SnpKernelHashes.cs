using System.Buffers.Binary;
using System.Text;

namespace SwarmCompute.Attestation;

/// <summary>
/// The hashes of what QEMU boots directly, as it puts them into the guest's memory (QEMU, target/i386/sev.c, SevHashTable):
/// a GUID and length, then an entry {GUID, u16 length, SHA-256} for command line, initial RAM disk and kernel.
/// </summary>
/// <param name="Kernel">SHA-256 of the kernel.</param>
/// <param name="Initrd">SHA-256 of the initial RAM disk; of nothing where there is none.</param>
/// <param name="CommandLine">SHA-256 of the command line with its closing zero byte.</param>
public sealed record SnpKernelHashes(Hash32 Kernel, Hash32 Initrd, Hash32 CommandLine)
{
    private const int EntrySize = 50;
    private const int TableSize = 168;
    private const int PaddedSize = 176;
    private static readonly Guid Table = new("9438d606-4f22-4cc9-b479-a793d411fd21");
    private static readonly Guid CommandLineEntry = new("97d02dd8-bd20-4c94-aa78-e7714d36ab2a");
    private static readonly Guid InitrdEntry = new("44baf731-3a2f-4bd7-9af1-41e29169781d");
    private static readonly Guid KernelEntry = new("4de79437-abd2-427f-b835-d5b172d2045b");

    /// <summary>Hashes what is booted.</summary>
    /// <param name="kernel">The kernel's file.</param>
    /// <param name="initrd">The initial RAM disk's file; empty where there is none.</param>
    /// <param name="commandLine">The command line, without a closing zero.</param>
    public static SnpKernelHashes Of(ReadOnlySpan<byte> kernel, ReadOnlySpan<byte> initrd, string commandLine) =>
        new(Hash32.Sha256(kernel), Hash32.Sha256(initrd), Hash32.Sha256([.. Encoding.UTF8.GetBytes(commandLine), 0]));

    /// <summary>The page with the table at the offset; false where it does not fit into the page.</summary>
    internal bool TryPage(int offset, Span<byte> page)
    {
        if (offset + PaddedSize > page.Length) return false;
        page.Clear();
        var at = page[offset..];
        Table.TryWriteBytes(at);
        BinaryPrimitives.WriteUInt16LittleEndian(at[16..], TableSize);
        Write(at[18..], CommandLineEntry, CommandLine);
        Write(at[(18 + EntrySize)..], InitrdEntry, Initrd);
        Write(at[(18 + (2 * EntrySize))..], KernelEntry, Kernel);
        return true;
    }

    private static void Write(Span<byte> at, Guid id, Hash32 hash)
    {
        id.TryWriteBytes(at);
        BinaryPrimitives.WriteUInt16LittleEndian(at[16..], EntrySize);
        hash.ToArray().CopyTo(at[18..]);
    }
}
