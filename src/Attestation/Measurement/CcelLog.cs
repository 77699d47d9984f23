using System.Buffers.Binary;
using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>
/// Reads a confidential computing event log, the area that ACPI's CCEL table names (UEFI 2.10, section 38.4; the events are those of the
/// TCG PC Client Platform Firmware Profile 1.06, section 10.2: a header event, then TCG_PCR_EVENT2 in crypto-agile form).
/// </summary>
public static class CcelLog
{
    private const int HeaderSize = 32;                                      // u32 register, u32 type, SHA-1, u32 size
    private const int SpecIdSize = 28;
    private const uint NoAction = 3;
    private const ushort Sha384 = 0x000c;
    private const uint DigestsMax = 8;
    private const uint EventBytesMax = 1024 * 1024;

    /// <summary>Reads a log; false where it is malformed. Events that extend nothing, and those of MRTD, are left out.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> log, out ImmutableArray<RtmrEvent> events)
    {
        events = [];
        if (log.Length > RtmrReplay.LogBytesMax || !TryReadHeader(log.Span, out var sizes, out var at)) return false;
        var read = ImmutableArray.CreateBuilder<RtmrEvent>();
        while (at < log.Length && !IsPadding(log.Span[at..]))
        {
            if (read.Count == RtmrReplay.EventsMax || !TryReadEvent(log, sizes, ref at, out var entry)) return false;
            if (entry is not null) read.Add(entry);
        }
        events = read.ToImmutable();
        return true;
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> log, out Dictionary<ushort, int> sizes, out int end)
    {
        sizes = [];
        end = 0;
        if (log.Length < HeaderSize + SpecIdSize || BinaryPrimitives.ReadUInt32LittleEndian(log[4..]) != NoAction) return false;
        var size = BinaryPrimitives.ReadUInt32LittleEndian(log[28..]);
        if (size < SpecIdSize || size > (uint)(log.Length - HeaderSize)) return false;
        var id = log.Slice(HeaderSize, (int)size);
        if (!id.StartsWith("Spec ID Event03\0"u8)) return false;
        var count = BinaryPrimitives.ReadUInt32LittleEndian(id[24..]);
        if (count is 0 or > DigestsMax || SpecIdSize + ((int)count * 4) > id.Length) return false;
        for (var i = 0; i < (int)count; i++)
        {
            var algorithm = id[(SpecIdSize + (i * 4))..];
            sizes[BinaryPrimitives.ReadUInt16LittleEndian(algorithm)] = BinaryPrimitives.ReadUInt16LittleEndian(algorithm[2..]);
        }
        end = HeaderSize + (int)size;
        return sizes.TryGetValue(Sha384, out var length) && length == RtmrReplay.Size;
    }

    private static bool TryReadEvent(ReadOnlyMemory<byte> log, Dictionary<ushort, int> sizes, ref int at, out RtmrEvent? entry)
    {
        entry = null;
        var bytes = log.Span;
        if (bytes.Length - at < 12) return false;
        var register = BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
        var type = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 4)..]);
        var count = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 8)..]);
        at += 12;
        if ((register > RtmrReplay.Registers && type != NoAction) || count > DigestsMax || !TryReadDigests(log, sizes, count, ref at, out var digest)) return false;
        if (bytes.Length - at < 4) return false;
        var size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
        at += 4;
        if (size > EventBytesMax || size > (uint)(bytes.Length - at)) return false;
        var payload = log.Slice(at, (int)size);
        at += (int)size;
        if (type == NoAction || register == 0) return true;
        if (digest.IsEmpty) return false;
        entry = new RtmrEvent((int)register - 1, type, digest, "", payload);
        return true;
    }

    private static bool TryReadDigests(ReadOnlyMemory<byte> log, Dictionary<ushort, int> sizes, uint count, ref int at, out ReadOnlyMemory<byte> digest)
    {
        digest = default;
        for (var i = 0; i < (int)count; i++)
        {
            if (log.Length - at < 2) return false;
            var algorithm = BinaryPrimitives.ReadUInt16LittleEndian(log.Span[at..]);
            at += 2;
            if (!sizes.TryGetValue(algorithm, out var size) || size > log.Length - at) return false;
            if (algorithm == Sha384 && !digest.IsEmpty) return false;
            if (algorithm == Sha384) digest = log.Slice(at, size);
            at += size;
        }
        return true;
    }

    /// <summary>The area is larger than the log: what follows the last event is all zeros or all ones.</summary>
    private static bool IsPadding(ReadOnlySpan<byte> rest) => !rest.ContainsAnyExcept((byte)0) || !rest.ContainsAnyExcept((byte)0xff);
}
