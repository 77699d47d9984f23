using System.Buffers.Binary;
using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>
/// SPDM 1.1 GET_MEASUREMENTS and the MEASUREMENTS that answered it (DMTF DSP0274 1.1, section 10.11), as NVIDIA's devices
/// sign them. The length is exact: a byte behind the signature, as one collector leaves, is refused, for nothing vouches for it.
/// </summary>
internal sealed record NvidiaReport(
    ReadOnlyMemory<byte> Signed, ReadOnlyMemory<byte> Signature, ReadOnlyMemory<byte> RequestNonce, ReadOnlyMemory<byte> ResponseNonce,
    ImmutableArray<ReadOnlyMemory<byte>> Blocks, NvidiaOpaque Opaque)
{
    /// <summary>The most bytes of a report.</summary>
    public const int BytesMax = 32 * 1024;

    /// <summary>Bytes of a nonce.</summary>
    public const int NonceSize = 32;

    private const int RequestSize = 37, ResponseHeaderSize = 8, SignatureSize = 96, BlockHeaderSize = 7, BlocksMax = 128, ValueMax = 64;
    private const byte Version11 = 0x11, GetMeasurements = 0xE0, Measurements = 0x60, WithSignature = 1, AllBlocks = 0xFF, Dmtf = 1;

    /// <summary>Reads a report; null, and why, where it has another form.</summary>
    public static NvidiaReport? Read(ReadOnlyMemory<byte> bytes, out string fault)
    {
        fault = "the request is not GET_MEASUREMENTS of SPDM 1.1 for all blocks with a signature of slot 0";
        if (bytes.Length is < RequestSize + ResponseHeaderSize or > BytesMax) return null;
        var span = bytes.Span;
        if (span[0] != Version11 || span[1] != GetMeasurements || span[2] != WithSignature || span[3] != AllBlocks || span[36] != 0) return null;
        fault = "the response is not MEASUREMENTS of SPDM 1.1";
        if (span[37] != Version11 || span[38] != Measurements || span[39] != 0 || span[40] != 0) return null;
        var count = span[41];
        var recordSize = span[42] | span[43] << 8 | span[44] << 16;
        var end = RequestSize + ResponseHeaderSize + recordSize;
        fault = "the response is cut off";
        if (end + NonceSize + 2 > bytes.Length) return null;
        if (Record(bytes[(RequestSize + ResponseHeaderSize)..end], count, out fault) is not { } blocks) return null;
        var opaqueSize = BinaryPrimitives.ReadUInt16LittleEndian(span[(end + NonceSize)..]);
        var signedSize = end + NonceSize + 2 + opaqueSize;
        fault = $"the report has {bytes.Length} bytes, not {signedSize + SignatureSize}";
        if (bytes.Length != signedSize + SignatureSize) return null;
        if (NvidiaOpaque.Read(bytes[(end + NonceSize + 2)..signedSize], out fault) is not { } opaque) return null;
        return new(bytes[..signedSize], bytes[signedSize..], bytes.Slice(4, NonceSize), bytes.Slice(end, NonceSize), blocks, opaque);
    }

    /// <summary>The value of a block by its index in manifests, which count from zero; null where there is none.</summary>
    public ReadOnlyMemory<byte>? Block(int index) => index >= 0 && index < Blocks.Length ? (ReadOnlyMemory<byte>?)Blocks[index] : null;

    // Blocks are index u8 (from 1), specification u8, size u16; then DMTF type u8, value size u16, value.
    private static ImmutableArray<ReadOnlyMemory<byte>>? Record(ReadOnlyMemory<byte> record, int count, out string fault)
    {
        fault = $"{count} blocks, 1 to {BlocksMax} are read";
        if (count is 0 or > BlocksMax) return null;
        var blocks = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(count);
        for (var i = 0; i < count; i++)
        {
            fault = $"block {i + 1} has another form";
            var span = record.Span;
            if (span.Length < BlockHeaderSize || span[0] != i + 1 || span[1] != Dmtf) return null;
            var size = BinaryPrimitives.ReadUInt16LittleEndian(span[5..]);
            if (size is 0 or > ValueMax || BinaryPrimitives.ReadUInt16LittleEndian(span[2..]) != size + 3 || span.Length < BlockHeaderSize + size) return null;
            blocks.Add(record.Slice(BlockHeaderSize, size));
            record = record[(BlockHeaderSize + size)..];
        }
        fault = "bytes follow the last block";
        return record.IsEmpty ? blocks.MoveToImmutable() : null;
    }
}
