using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>The members of <c>tdx</c> in a policy file; they concern SGX quotes too.</summary>
internal static class IntelPolicyMembers
{
    private const int PlatformIdSize = 16, ReportDataSize = 64, GraceDaysMax = 3650, EvaluationNumberMax = 1_000_000;

    public static PolicyObject<IntelPolicy> All { get; } = new([
        Of("statuses", PolicyForms.List(PolicyForms.Name(IntelTcbStatus.Revoked, IntelTcbStatus.NotSupported)), p => p.Statuses, (p, v) => p with { Statuses = v }),
        Of("advisories", PolicyForms.OrAnyValue(PolicyForms.List(PolicyForms.Text("an advisory such as INTEL-SA-00615", 64))), p => p.Advisories, (p, v) => p with { Advisories = v }),
        Of("outOfDateGraceDays", PolicyForms.Days(GraceDaysMax), p => p.OutOfDateGrace, (p, v) => p with { OutOfDateGrace = v }),
        Of("evaluationNumberMin", PolicyForms.Number(0, EvaluationNumberMax), p => p.EvaluationNumberMin, (p, v) => p with { EvaluationNumberMin = (int)v }),
        new PolicyGroup<IntelPolicy>("tdAttributes", new([
            Of("required", PolicyBits.TdAttributes, p => p.TdAttributesRequired, (p, v) => p with { TdAttributesRequired = v }),
            Of("allowed", PolicyBits.TdAttributes, p => p.TdAttributesAllowed, (p, v) => p with { TdAttributesAllowed = v })])),
        new PolicyGroup<IntelPolicy>("xfam", new([
            Of("required", PolicyForms.Bits, p => p.XfamRequired, (p, v) => p with { XfamRequired = v }),
            Of("allowed", PolicyForms.Bits, p => p.XfamAllowed, (p, v) => p with { XfamAllowed = v })])),
        Of("allowServiceTd", PolicyForms.Flag, p => p.AllowServiceTd, (p, v) => p with { AllowServiceTd = v }),
        Of("allowHostConfiguration", PolicyForms.Flag, p => p.AllowHostConfiguration, (p, v) => p with { AllowHostConfiguration = v }),
        Of("allowDebugEnclave", PolicyForms.Flag, p => p.AllowDebugEnclave, (p, v) => p with { AllowDebugEnclave = v }),
        Of("platforms", PolicyForms.OrAny(PolicyForms.Set(PolicyForms.Hex(PlatformIdSize))), p => p.Platforms, (p, v) => p with { Platforms = v }),
        Of("deniedPlatforms", PolicyForms.Set(PolicyForms.Hex(PlatformIdSize)), p => p.DeniedPlatforms, (p, v) => p with { DeniedPlatforms = v }),
        Of("reportData", PolicyForms.Bytes(PolicyForms.Hex(ReportDataSize)), p => p.ReportData, (p, v) => p with { ReportData = v }),
        Of("expected", PolicyForms.Map(PolicyClaims.Names, PolicyClaims.IsName, claim => PolicyForms.List(PolicyClaims.ValueOf(claim))), p => p.Expected, (p, v) => p with { Expected = v }),
    ]);

    /// <summary>What contradicts itself, so that no quote could ever meet it.</summary>
    public static IEnumerable<string> Contradictions(IntelPolicy policy)
    {
        if ((policy.TdAttributesRequired & ~policy.TdAttributesAllowed) != 0) yield return Missing("tdAttributes");
        if ((policy.XfamRequired & ~policy.XfamAllowed) != 0) yield return Missing("xfam");
    }

    private static string Missing(string name) => $"'tdx.{name}.required' has what 'tdx.{name}.allowed' has not; add it there too";

    private static PolicySetting<IntelPolicy, T> Of<T>(string name, PolicyForm<T> form, Func<IntelPolicy, T> get, Func<IntelPolicy, T, IntelPolicy> set) => new(name, form, get, set);
}
