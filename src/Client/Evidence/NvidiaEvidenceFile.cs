using System.Text.Json;
using SwarmCompute.Attestation;
using SwarmCompute.Client.Cli;

namespace SwarmCompute.Client.Evidence;

/// <summary>
/// Evidence of a device as NVIDIA's attestation SDK keeps it: a JSON array with an object for each device, of <c>arch</c>, <c>evidence</c> (the
/// report, base64), <c>certificate</c> (the chain, PEM in base64) and <c>nonce</c> (hexadecimal). Architecture and nonce are claims there, which
/// the report must bear out.
/// </summary>
internal static class NvidiaEvidenceFile
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 4, AllowDuplicateProperties = false };

    /// <summary>Whether bytes begin as such a file does.</summary>
    public static bool Is(ReadOnlySpan<byte> bytes) => bytes.TrimStart(" \t\r\n"u8) is [(byte)'[', ..];

    /// <summary>The case with what the file holds, where its evidence is such a file; what was given beside it goes before what the file says.</summary>
    /// <exception cref="CommandException">It has another form, or is of several devices.</exception>
    public static EvidenceCase Open(EvidenceCase given)
    {
        if (given.Kind != EvidenceKind.Nvidia || !Is(given.Evidence.Span)) return given;
        try
        {
            using var file = JsonDocument.Parse(given.Evidence, Strict);
            var devices = file.RootElement.GetArrayLength();
            if (devices != 1) throw new CommandException($"the evidence is of {devices} devices; give a file for each");
            return Open(given, file.RootElement[0]);
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            throw new CommandException($"the evidence is a JSON array, but not one with 'arch', 'evidence', 'certificate' and 'nonce' of a device: {wrong.Message}", wrong);
        }
    }

    private static EvidenceCase Open(EvidenceCase given, JsonElement device)
    {
        var policy = given.Policy.Nvidia;
        var nonce = Convert.FromHexString(device.GetProperty("nonce").GetString() ?? "");
        var architecture = Architecture(device.GetProperty("arch").GetString() ?? "");
        return given with
        {
            Evidence = device.GetProperty("evidence").GetBytesFromBase64(),
            Endorsements = given.Endorsements.Count > 0 ? given.Endorsements : [device.GetProperty("certificate").GetBytesFromBase64()],
            Policy = given.Policy with { Nvidia = policy with { Nonce = policy.Nonce ?? nonce, Architectures = policy.Architectures ?? [architecture] } },
        };
    }

    private static NvidiaArchitecture Architecture(string name) => name.ToUpperInvariant() switch
    {
        "HOPPER" => NvidiaArchitecture.Hopper,
        "BLACKWELL" => NvidiaArchitecture.Blackwell,
        "LS10" => NvidiaArchitecture.Switch,
        _ => throw new FormatException($"'{name}' is no architecture that is known here."),
    };
}
