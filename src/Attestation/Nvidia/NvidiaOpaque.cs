using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace SwarmCompute.Attestation;

/// <summary>
/// What an NVIDIA device says beside its measurements: fields of type u16, size u16, data, each type once (nvtrust, local GPU verifier,
/// <c>OpaqueData</c>). Types that are not known are kept and not judged.
/// </summary>
internal sealed record NvidiaOpaque(ImmutableSortedDictionary<int, ReadOnlyMemory<byte>> Fields)
{
    private const int FieldsMax = 64, TextMax = 64;
    private const byte On = 0xAA, Off = 0x55;

    /// <summary>Reads the fields; null, and why, where they have another form.</summary>
    public static NvidiaOpaque? Read(ReadOnlyMemory<byte> bytes, out string fault)
    {
        var fields = ImmutableSortedDictionary.CreateBuilder<int, ReadOnlyMemory<byte>>();
        fault = "the opaque data has another form";
        while (!bytes.IsEmpty)
        {
            if (bytes.Length < 4 || fields.Count == FieldsMax) return null;
            var type = BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span);
            var size = BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span[2..]);
            if (bytes.Length < 4 + size || fields.ContainsKey(type)) return null;
            fields[type] = bytes.Slice(4, size);
            bytes = bytes[(4 + size)..];
        }
        fault = "";
        return new(fields.ToImmutable());
    }

    /// <summary>The driver's version, such as <c>550.90.07</c>; empty where there is none.</summary>
    public string Driver => Text(3);

    /// <summary>The VBIOS version, such as <c>96.00.9F.00.01</c>: eight bytes on GPUs, a text on switches; empty where there is none.</summary>
    public string Vbios
    {
        get
        {
            if (!Fields.TryGetValue(6, out var raw)) return "";
            var b = raw.Span;
            return b.Length == 8 ? $"{b[3]:X2}.{b[2]:X2}.{b[1]:X2}.{b[0]:X2}.{b[4]:X2}" : Text(6).ToUpperInvariant();
        }
    }

    /// <summary>The hash of the device's firmware, as its certificate names it too; null where there is none.</summary>
    public ReadOnlyMemory<byte>? FirmwareId => Fields.TryGetValue(20, out var raw) ? (ReadOnlyMemory<byte>?)raw : null;

    /// <summary>Whether the device says that its video decoder is off; only then its block is not measured.</summary>
    public bool IsDecoderOff => Is(11, Off);

    /// <summary>Whether the device is joined with others under protected PCIe.</summary>
    public bool IsProtectedPcie => Is(21, On);

    /// <summary>Blackwell's system enable status in hexadecimal; empty where there is none.</summary>
    public string SystemEnableStatus => Hex(33);

    /// <summary>The text of a field up to its NUL; empty where there is none, or it is not printable ASCII.</summary>
    public string Text(int type)
    {
        if (!Fields.TryGetValue(type, out var raw)) return "";
        var text = raw.Span.TrimEnd((byte)0);
        return text.Length > TextMax || text.ContainsAnyExceptInRange((byte)0x20, (byte)0x7E) ? "" : Encoding.ASCII.GetString(text);
    }

    /// <summary>A field in hexadecimal; empty where there is none.</summary>
    public string Hex(int type) => Fields.TryGetValue(type, out var raw) ? Convert.ToHexStringLower(raw.Span) : "";

    private bool Is(int type, byte state) => Fields.TryGetValue(type, out var raw) && raw.Length == 1 && raw.Span[0] == state;
}
