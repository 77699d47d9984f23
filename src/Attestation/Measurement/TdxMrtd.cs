using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SwarmCompute.Attestation;

/// <summary>
/// MRTD of a TDX guest, from its firmware (Intel TDX Module 1.5 Base Architecture Specification, section "MRTD: Build-Time Measurement"):
/// SHA-384 over a 128-byte block for each page that is added, and a block and the contents for each 256 bytes that are measured.
/// </summary>
public static class TdxMrtd
{
    internal const int PageSize = 4096;
    private const int ChunkSize = 256;
    private const int BlockSize = 128;

    /// <summary>Computes MRTD, 48 bytes.</summary>
    /// <param name="firmware">The firmware.</param>
    /// <param name="order">How the launcher goes through its pages.</param>
    public static byte[] Compute(TdxFirmware firmware, TdxPageOrder order)
    {
        ArgumentNullException.ThrowIfNull(firmware);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA384);
        foreach (var section in firmware.Sections.Where(s => s.IsAdded))
        {
            var data = firmware.Image.Span.Slice((int)section.DataOffset, (int)section.DataSize);
            if (order == TdxPageOrder.ExtendAfterEachAdd) AddAndExtendEach(hash, section, data);
            else AddAllThenExtendAll(hash, section, data);
        }
        return hash.GetHashAndReset();
    }

    private static void AddAndExtendEach(IncrementalHash hash, TdxSection section, ReadOnlySpan<byte> data)
    {
        for (ulong at = 0; at < section.MemorySize; at += PageSize)
        {
            AppendBlock(hash, "MEM.PAGE.ADD"u8, section.Address + at);
            if (section.IsMeasured) ExtendPage(hash, section, data, at);
        }
    }

    private static void AddAllThenExtendAll(IncrementalHash hash, TdxSection section, ReadOnlySpan<byte> data)
    {
        for (ulong at = 0; at < section.MemorySize; at += PageSize) AppendBlock(hash, "MEM.PAGE.ADD"u8, section.Address + at);
        if (!section.IsMeasured) return;
        for (ulong at = 0; at < section.MemorySize; at += PageSize) ExtendPage(hash, section, data, at);
    }

    private static void ExtendPage(IncrementalHash hash, TdxSection section, ReadOnlySpan<byte> data, ulong page)
    {
        Span<byte> chunk = stackalloc byte[ChunkSize];
        for (var at = (int)page; at < (int)page + PageSize; at += ChunkSize)
        {
            AppendBlock(hash, "MR.EXTEND"u8, section.Address + (ulong)at);
            chunk.Clear();
            if (at < data.Length) data.Slice(at, Math.Min(ChunkSize, data.Length - at)).CopyTo(chunk);
            hash.AppendData(chunk);
        }
    }

    private static void AppendBlock(IncrementalHash hash, ReadOnlySpan<byte> name, ulong address)
    {
        Span<byte> block = stackalloc byte[BlockSize];
        block.Clear();
        name.CopyTo(block);
        BinaryPrimitives.WriteUInt64LittleEndian(block[16..], address);
        hash.AppendData(block);
    }
}
