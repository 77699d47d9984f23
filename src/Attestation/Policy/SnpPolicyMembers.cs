using System.Collections.Immutable;
using System.Globalization;

namespace SwarmCompute.Attestation;

/// <summary>The members of <c>snp</c> in a policy file.</summary>
internal static class SnpPolicyMembers
{
    public static PolicyObject<SnpPolicy> All { get; } = new([
        Of("lines", PolicyForms.OrAny(PolicyForms.List(PolicyForms.Name<SnpProductLine>()).As(lines => lines.ToImmutableHashSet(), set => [.. set])), p => p.Lines, (p, v) => p with { Lines = v }),
        Of("requireRevocationList", PolicyForms.Flag, p => p.RequireRevocationList, (p, v) => p with { RequireRevocationList = v }),
        Of("allowDebug", PolicyForms.Flag, p => p.AllowDebug, (p, v) => p with { AllowDebug = v }),
        Of("migrationAgents", Hexes(32).As<ImmutableHashSet<string>?>(set => set.IsEmpty ? null : set, set => set ?? []), p => p.MigrationAgents, (p, v) => p with { MigrationAgents = v }),
        Of("maximumVmpl", PolicyForms.Number(0, 3), p => p.MaximumVmpl, (p, v) => p with { MaximumVmpl = (uint)v }),
        Of("allowProvisionalFirmware", PolicyForms.Flag, p => p.AllowProvisionalFirmware, (p, v) => p with { AllowProvisionalFirmware = v }),
        Of("aliasCheck", PolicyForms.Name<SnpAliasCheck>(), p => p.AliasCheck, (p, v) => p with { AliasCheck = v }),
        Of("allowMaskedChipId", PolicyForms.Flag, p => p.AllowMaskedChipId, (p, v) => p with { AllowMaskedChipId = v }),
        Of("minimumTcb", SnpTcbForm.ByLine, p => p.MinimumTcb, (p, v) => p with { MinimumTcb = v }),
        Of("minimumAbi", Abi(), p => p.MinimumAbi, (p, v) => p with { MinimumAbi = v }),
        new PolicyGroup<SnpPolicy>("guestPolicy", new([
            Of("required", PolicyBits.GuestPolicy, p => (ulong)p.RequiredGuestPolicy, (p, v) => p with { RequiredGuestPolicy = (SnpGuestPolicy)v }),
            Of("forbidden", PolicyBits.GuestPolicy, p => (ulong)p.ForbiddenGuestPolicy, (p, v) => p with { ForbiddenGuestPolicy = (SnpGuestPolicy)v })])),
        new PolicyGroup<SnpPolicy>("platform", new([
            Of("required", PolicyBits.PlatformInfo, p => (ulong)p.RequiredPlatform, (p, v) => p with { RequiredPlatform = (SnpPlatformInfo)v }),
            Of("forbidden", PolicyBits.PlatformInfo, p => (ulong)p.ForbiddenPlatform, (p, v) => p with { ForbiddenPlatform = (SnpPlatformInfo)v })])),
        Of("requiredLaunchMitigations", PolicyForms.Bits, p => p.RequiredLaunchMitigations, (p, v) => p with { RequiredLaunchMitigations = v }),
        Of("requiredCurrentMitigations", PolicyForms.Bits, p => p.RequiredCurrentMitigations, (p, v) => p with { RequiredCurrentMitigations = v }),
        Of("chips", PolicyForms.OrAny(Hexes(64)), p => p.Chips, (p, v) => p with { Chips = v }),
        Of("deniedChips", Hexes(64), p => p.DeniedChips, (p, v) => p with { DeniedChips = v }),
        Of("csps", PolicyForms.OrAny(PolicyForms.Set(PolicyForms.Text("a cloud provider's CSP_ID", 128))), p => p.Csps, (p, v) => p with { Csps = v }),
        Of("measurements", PolicyForms.OrAny(Hexes(48)), p => p.Measurements, (p, v) => p with { Measurements = v }),
        Of("hostData", PolicyForms.OrAny(Hexes(32)), p => p.HostData, (p, v) => p with { HostData = v }),
        Of("reportData", PolicyForms.OrAny(PolicyForms.Hex(64)), p => p.ReportData, (p, v) => p with { ReportData = v }),
        Of("idKeyDigests", PolicyForms.OrAny(Hexes(48)), p => p.IdKeyDigests, (p, v) => p with { IdKeyDigests = v }),
        Of("authorKeyDigests", PolicyForms.OrAny(Hexes(48)), p => p.AuthorKeyDigests, (p, v) => p with { AuthorKeyDigests = v }),
        Of("familyIds", PolicyForms.OrAny(Hexes(16)), p => p.FamilyIds, (p, v) => p with { FamilyIds = v }),
        Of("imageIds", PolicyForms.OrAny(Hexes(16)), p => p.ImageIds, (p, v) => p with { ImageIds = v }),
        Of("minimumGuestSvn", PolicyForms.Number(0, uint.MaxValue), p => p.MinimumGuestSvn, (p, v) => p with { MinimumGuestSvn = (uint)v }),
    ]);

    /// <summary>What contradicts itself, so that no report could ever meet it.</summary>
    public static IEnumerable<string> Contradictions(SnpPolicy policy)
    {
        if ((policy.RequiredGuestPolicy & policy.ForbiddenGuestPolicy) != 0) yield return Both("guestPolicy");
        if ((policy.RequiredPlatform & policy.ForbiddenPlatform) != 0) yield return Both("platform");
    }

    private static string Both(string name) => $"'snp.{name}.required' and 'snp.{name}.forbidden' name the same; remove it from one";

    private static PolicyForm<ImmutableHashSet<string>> Hexes(int size) => PolicyForms.Set(PolicyForms.Hex(size));

    /// <summary>The ABI's version, as AMD writes it: <c>1.55</c>.</summary>
    private static PolicyForm<ushort> Abi() => PolicyForms.Text("a version such as \"1.55\"", text => TryAbi(text, out _))
        .As(text => TryAbi(text, out var abi) ? abi : (ushort)0, abi => string.Create(CultureInfo.InvariantCulture, $"{abi >> 8}.{abi & 0xff}"));

    private static bool TryAbi(string text, out ushort abi)
    {
        abi = 0;
        if (text.Split('.') is not [var major, var minor] || !TryByte(major, out var high) || !TryByte(minor, out var low)) return false;
        abi = (ushort)(high << 8 | low);
        return true;
    }

    private static bool TryByte(string text, out byte value) => byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static PolicySetting<SnpPolicy, T> Of<T>(string name, PolicyForm<T> form, Func<SnpPolicy, T> get, Func<SnpPolicy, T, SnpPolicy> set) => new(name, form, get, set);
}
