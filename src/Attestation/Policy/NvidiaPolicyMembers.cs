using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>The members of <c>nvidia</c> in a policy file. What a guest says of its device (<see cref="NvidiaPolicy.State"/>) is evidence, and no file can say it.</summary>
internal static class NvidiaPolicyMembers
{
    private const int NonceSize = 32, SerialDigitsMax = 40, OcspHoursMax = 8760;

    public static PolicyObject<AttestationPolicy> All { get; } = new([
        new PolicySetting<AttestationPolicy, long>("gpusMin", PolicyForms.Number(0, DeviceEvidence.CountMax), p => p.GpusMin, (p, v) => p with { GpusMin = (int)v }),
        .. Own().Select(m => new PolicyPart<AttestationPolicy, NvidiaPolicy>(m, p => p.Nvidia, (p, v) => p with { Nvidia = v })),
    ]);

    private static ImmutableArray<PolicyMember<NvidiaPolicy>> Own() => [
        Of("nonce", PolicyForms.Bytes(PolicyForms.Hex(NonceSize)), p => p.Nonce, (p, v) => p with { Nonce = v }),
        Of("architectures", PolicyForms.OrAnyValue(PolicyForms.List(PolicyForms.Name(NvidiaArchitecture.Unknown))), p => p.Architectures, (p, v) => p with { Architectures = v }),
        Of("drivers", PolicyForms.OrAnyValue(PolicyForms.List(PolicyForms.Text("a driver's version such as 550.90.07", IsVersion))), p => p.Drivers, (p, v) => p with { Drivers = v }),
        Of("driverMinimum", PolicyForms.OrAny(DriverVersion()), p => p.DriverMinimum, (p, v) => p with { DriverMinimum = v }),
        Of("vbioses", PolicyForms.OrAnyValue(PolicyForms.List(Vbios())), p => p.Vbioses, (p, v) => p with { Vbioses = v }),
        Of("protectedPcie", PolicyForms.OrAnyValue(PolicyForms.Flag), p => p.ProtectedPcie, (p, v) => p with { ProtectedPcie = v }),
        Of("systemEnableStatuses", PolicyForms.OrAnyValue(PolicyForms.List(Status())), p => p.SystemEnableStatuses, (p, v) => p with { SystemEnableStatuses = v }),
        Of("requireState", PolicyForms.Flag, p => p.RequireState, (p, v) => p with { RequireState = v }),
        Of("allowDebug", PolicyForms.Flag, p => p.AllowDebug, (p, v) => p with { AllowDebug = v }),
        Of("requireFirmwareId", PolicyForms.Flag, p => p.RequireFirmwareId, (p, v) => p with { RequireFirmwareId = v }),
        Of("requireRevocation", PolicyForms.Flag, p => p.RequireRevocation, (p, v) => p with { RequireRevocation = v }),
        Of("deniedSerials", PolicyForms.Set(Serial()), p => p.DeniedSerials, (p, v) => p with { DeniedSerials = v }),
        Of("ocspAgeMaxHours", PolicyForms.Hours(OcspHoursMax), p => p.OcspAgeMax, (p, v) => p with { OcspAgeMax = v }),
    ];

    private static bool IsVersion(string text) => text.Length <= 32 && Version.TryParse(text, out _);

    private static PolicyForm<Version> DriverVersion() => PolicyForms.Text("a driver's version such as 550.90", IsVersion).As(Version.Parse, v => v.ToString());

    private static PolicyForm<string> Vbios() => PolicyForms.Text(
        "a VBIOS version such as 96.00.9F.00.01", text => text.Split('.') is { Length: 5 } parts && parts.All(p => p.Length == 2 && p.All(char.IsAsciiHexDigit)))
        .As(text => text.ToUpperInvariant(), text => text.ToUpperInvariant());

    private static PolicyForm<string> Status() => PolicyForms.Hex("the field's bytes in hexadecimal, at most 64; none where it is absent", size => size <= 64);

    private static PolicyForm<string> Serial() => PolicyForms.Text(
        $"a serial number, 1 to {SerialDigitsMax} hexadecimal digits", text => text.Length is >= 1 and <= SerialDigitsMax && text.All(char.IsAsciiHexDigit))
        .As(Normal, Normal);

    private static string Normal(string serial) => serial.TrimStart('0') is { Length: > 0 } digits ? digits.ToLowerInvariant() : "0";

    private static PolicySetting<NvidiaPolicy, T> Of<T>(string name, PolicyForm<T> form, Func<NvidiaPolicy, T> get, Func<NvidiaPolicy, T, NvidiaPolicy> set) => new(name, form, get, set);
}
