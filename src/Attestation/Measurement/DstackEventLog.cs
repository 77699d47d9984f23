using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace SwarmCompute.Attestation;

/// <summary>
/// Reads dstack's event log (dstack, cc-eventlog: a JSON array of <c>imr</c>, <c>event_type</c>, <c>digest</c>, <c>event</c> and
/// <c>event_payload</c>). The digest of a run-time event is SHA-384(type, u32 little-endian ‖ ":" ‖ name ‖ ":" ‖ payload): it is computed here,
/// and one that the log gives must be the same.
/// </summary>
public static class DstackEventLog
{
    /// <summary>The type of the events that dstack itself adds, to register 3.</summary>
    public const uint RuntimeEvent = 0x0800_0001;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 4, AllowDuplicateProperties = false };

    /// <summary>Reads a log; false where it is malformed, or a run-time event's digest is not that of its name and payload.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> json, out ImmutableArray<RtmrEvent> events)
    {
        events = [];
        if (json.Length > RtmrReplay.LogBytesMax) return false;
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Array || document.RootElement.GetArrayLength() > RtmrReplay.EventsMax) return false;
            var read = ImmutableArray.CreateBuilder<RtmrEvent>();
            foreach (var element in document.RootElement.EnumerateArray())
            {
                if (!TryReadEvent(element, out var entry)) return false;
                read.Add(entry!);
            }
            events = read.ToImmutable();
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)      // the latter: a string that is no Unicode
        {
            return false;
        }
    }

    /// <summary>The digest of a run-time event.</summary>
    public static byte[] DigestOf(uint type, string name, ReadOnlySpan<byte> payload)
    {
        var prefix = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(prefix, type);
        return SHA384.HashData([.. prefix, (byte)':', .. Encoding.UTF8.GetBytes(name), (byte)':', .. payload]);
    }

    private static bool TryReadEvent(JsonElement element, out RtmrEvent? entry)
    {
        entry = null;
        if (element.ValueKind != JsonValueKind.Object || !TryNumber(element, "imr", out var register) || register >= RtmrReplay.Registers) return false;
        if (!TryNumber(element, "event_type", out var type) || !TryText(element, "event", out var name)) return false;
        if (!TryHex(element, "digest", out var digest) || !TryHex(element, "event_payload", out var payload)) return false;
        if (type == RuntimeEvent)
        {
            var computed = DigestOf(type, name, payload);
            if (digest.Length != 0 && !digest.AsSpan().SequenceEqual(computed)) return false;
            digest = computed;
        }
        if (digest.Length != RtmrReplay.Size) return false;
        entry = new RtmrEvent((int)register, type, digest, name, payload);
        return true;
    }

    private static bool TryNumber(JsonElement element, string name, out uint value)
    {
        value = 0;
        return element.TryGetProperty(name, out var property) && property.ValueKind == JsonValueKind.Number && property.TryGetUInt32(out value);
    }

    private static bool TryText(JsonElement element, string name, out string value)
    {
        value = "";
        if (!element.TryGetProperty(name, out var property) || property.ValueKind != JsonValueKind.String) return false;
        value = property.GetString()!;
        return true;
    }

    private static bool TryHex(JsonElement element, string name, out byte[] value)
    {
        value = [];
        if (!TryText(element, name, out var text) || text.Length % 2 != 0) return false;
        var bytes = new byte[text.Length / 2];
        if (Convert.FromHexString(text, bytes, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        value = bytes;
        return true;
    }
}
