using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace SwarmCompute.Attestation;

/// <summary>
/// Reads what dstack says that an SEV-SNP guest is launched with (dstack, kms, <c>MeasurementInput</c>): a JSON object with the firmware's digest and
/// sections, and the hashes of what QEMU boots, in place of the files. Members that do not go into the measurement are ignored.
/// </summary>
public static class DstackLaunch
{
    /// <summary>The most bytes of a description.</summary>
    public const int BytesMax = 64 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 4, AllowDuplicateProperties = false };

    /// <summary>Reads a description; false where it is malformed, or names a processor or a section that is not known.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> json, out SnpLaunch? launch)
    {
        launch = null;
        if (json.Length > BytesMax) return false;
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            launch = Read(document.RootElement);
            return launch is not null;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            return false;
        }
    }

    private static SnpLaunch? Read(JsonElement input)
    {
        var sections = Sections(input.GetProperty("ovmf_sections"));
        var seed = Hex(input, "ovmf_hash", SnpLaunchDigest.Size);
        if (!SnpFirmware.AreWithinBounds(sections) || seed is null) return null;
        if (Hash(input, "kernel_hash") is not { } kernel || SnpCpuSignature.OfModel(Text(input, "vcpu_type")) is not { } cpu) return null;
        var initrd = Text(input, "initrd_hash").Length == 0 ? Hash32.Sha256([]) : Hash(input, "initrd_hash");
        if (initrd is not { } disk) return null;
        var commandLine = Hash32.Sha256([.. Encoding.UTF8.GetBytes(Text(input, "base_cmdline")), 0]);
        var firmware = new SnpFirmware(seed, sections, Number(input, "sev_es_reset_eip"), Number(input, "sev_hashes_table_gpa"));
        var processors = Math.Min(Number(input, "vcpus"), SnpLaunch.ProcessorsMax + 1);          // more than the most is refused as it is
        return new SnpLaunch(firmware, SnpVmm.Qemu, (int)processors, cpu, input.GetProperty("guest_features").GetUInt64(), new(kernel, disk, commandLine));
    }

    private static ImmutableArray<SnpSection> Sections(JsonElement list)
    {
        if (list.GetArrayLength() is 0 or > SnpFirmware.SectionsMax) throw new FormatException("There are no sections, or too many.");
        return [.. list.EnumerateArray().Select(s => new SnpSection(Number(s, "gpa"), Number(s, "size"), (SnpSectionKind)Number(s, "section_type")))];
    }

    private static uint Number(JsonElement element, string name) => element.GetProperty(name).GetUInt32();

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? throw new FormatException($"{name} is null.");

    private static Hash32? Hash(JsonElement element, string name) => Hex(element, name, Hash32.Size) is { } bytes ? new Hash32(bytes) : null;

    private static byte[]? Hex(JsonElement element, string name, int size)
    {
        var (text, bytes) = (Text(element, name), new byte[size]);
        return text.Length == 2 * size && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done ? bytes : null;
    }
}
