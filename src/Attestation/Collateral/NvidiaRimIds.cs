namespace SwarmCompute.Attestation;

/// <summary>The ids of the manifests of a device, as NVIDIA's service has them (nvtrust, local GPU verifier and its switch verifier).</summary>
internal static class NvidiaRimIds
{
    // NVSwitches (LS10) do not name their project in the report; NVIDIA's own verifier has it as a constant.
    private const string SwitchProject = "5612", SwitchProjectSku = "0002", SwitchChipSku = "890";

    /// <summary>The ids; one that evidence made up may be no id at all.</summary>
    public static IEnumerable<string> Of(NvidiaArchitecture architecture, NvidiaOpaque opaque)
    {
        var vbios = opaque.Vbios.Replace(".", "", StringComparison.Ordinal).ToUpperInvariant();
        switch (architecture)
        {
            case NvidiaArchitecture.Hopper:
                yield return $"NV_GPU_DRIVER_GH100_{opaque.Driver}";
                break;
            case NvidiaArchitecture.Blackwell:
                yield return $"NV_GPU_CC_DRIVER_{opaque.Text(35).ToUpperInvariant()}_{opaque.Driver}";
                break;
            case NvidiaArchitecture.Switch:
                yield return $"NV_SWITCH_BIOS_{Or(opaque, 17, SwitchProject)}_{Or(opaque, 18, SwitchProjectSku)}_{Or(opaque, 15, SwitchChipSku)}_{vbios}";
                yield break;
            default:
                yield break;
        }
        yield return $"NV_GPU_VBIOS_{Or(opaque, 17, "")}_{Or(opaque, 18, "")}_{Or(opaque, 15, "")}_{vbios}";
    }

    private static string Or(NvidiaOpaque opaque, int type, string otherwise) => opaque.Text(type).ToUpperInvariant() is { Length: > 0 } text ? text : otherwise;
}
