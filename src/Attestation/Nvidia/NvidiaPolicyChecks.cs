namespace SwarmCompute.Attestation;

/// <summary>Judges what a device says of itself against what is wanted.</summary>
internal static class NvidiaPolicyChecks
{
    /// <summary>The checks that the policy asks for.</summary>
    public static IEnumerable<Check> Of(NvidiaOpaque opaque, NvidiaPolicy policy)
    {
        if (policy.Drivers is { } drivers) yield return Wanted("driver version", "nvidia.driver", drivers.Contains(opaque.Driver), opaque.Driver);
        if (policy.DriverMinimum is { } minimum)
            yield return Wanted("driver minimum", "nvidia.driver.minimum", Version.TryParse(opaque.Driver, out var driver) && driver >= minimum, opaque.Driver);
        if (policy.Vbioses is { } vbioses)
            yield return Wanted("VBIOS version", "nvidia.vbios", vbioses.Contains(opaque.Vbios, StringComparer.OrdinalIgnoreCase), opaque.Vbios);
        if (policy.ProtectedPcie is { } joined)
            yield return Wanted("protected PCIe", "nvidia.ppcie", joined == opaque.IsProtectedPcie, opaque.IsProtectedPcie ? "on" : "off");
        if (policy.SystemEnableStatuses is { } statuses)
            yield return Wanted("system enable status", "nvidia.enable-status", statuses.Contains(opaque.SystemEnableStatus), opaque.SystemEnableStatus);
        if (policy.State is { } state) yield return State(state, policy.AllowDebug);
        else if (policy.RequireState) yield return Check.Fails("device state", "nvidia.state.missing", "the guest does not say it", FailureClass.Policy);
    }

    private static Check State(NvidiaDeviceState state, bool allowDebug)
    {
        if (!state.ConfidentialComputing) return Check.Fails("device state", "nvidia.confidential", "the device is not in its confidential mode", FailureClass.Policy);
        return state.DeveloperTools && !allowDebug
            ? Check.Fails("device state", "nvidia.debug", "developers' tools may look into the device", FailureClass.Policy)
            : Check.Holds("device state", state.DeveloperTools ? "confidential, open to developers' tools" : "confidential");
    }

    private static Check Wanted(string name, string code, bool holds, string found) =>
        holds ? Check.Holds(name, found) : Check.Fails(name, code, $"'{found}' is not wanted", FailureClass.Policy);
}
