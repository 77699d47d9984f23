namespace SwarmCompute.Attestation;

/// <summary>A whole policy file.</summary>
internal static class AttestationPolicyMembers
{
    private const int GraceDaysMax = 365;

    private static readonly string[] Types = [Manifest.Development, "tdx", "sgx", "sev-snp", "cca"];
    private static readonly string[] MeasuredTypes = ["tdx", "sgx", "sev-snp", "cca", "nvidia"];

    /// <summary>The file's members.</summary>
    public static PolicyObject<AttestationPolicy> All { get; } = new([
        Of("version", PolicyForms.Number(1, 1), _ => 1L, (p, _) => p),
        Of("types", PolicyForms.List(OneOf(Types)), p => p.Types, (p, v) => p with { Types = v }),
        Of("collateralGraceDays", PolicyForms.Days(GraceDaysMax), p => p.CollateralGrace, (p, v) => p with { CollateralGrace = v }),
        Of("measurements", PolicyForms.Map($"one of {string.Join(", ", MeasuredTypes)}", MeasuredTypes.Contains, _ => PolicyClaims.Sets), p => p.Measurements, (p, v) => p with { Measurements = v }),
        Of("revokedMeasurements", PolicyForms.Set(PolicyForms.Hex(32, 48, 64)), p => p.RevokedMeasurements, (p, v) => p with { RevokedMeasurements = v }),
        Part("tdx", IntelPolicyMembers.All, p => p.Intel, (p, v) => p with { Intel = v }),
        Part("snp", SnpPolicyMembers.All, p => p.Snp, (p, v) => p with { Snp = v }),
        Part("cca", CcaPolicyMembers.All, p => p.Cca, (p, v) => p with { Cca = v }),
        new PolicyGroup<AttestationPolicy>("nvidia", NvidiaPolicyMembers.All),
    ]);

    /// <summary>What contradicts itself.</summary>
    public static IEnumerable<string> Contradictions(AttestationPolicy policy)
    {
        if (policy.Types.IsDefaultOrEmpty) yield return $"'types' names none, so that nothing is accepted; give one of {string.Join(", ", Types)}";
        foreach (var fault in IntelPolicyMembers.Contradictions(policy.Intel).Concat(SnpPolicyMembers.Contradictions(policy.Snp))) yield return fault;
    }

    private static PolicyForm<string> OneOf(string[] names) => PolicyForms.Text($"one of {string.Join(", ", names)}", names.Contains);

    private static PolicySetting<AttestationPolicy, T> Of<T>(
        string name, PolicyForm<T> form, Func<AttestationPolicy, T> get, Func<AttestationPolicy, T, AttestationPolicy> set) => new(name, form, get, set);

    private static PolicyPart<AttestationPolicy, T> Part<T>(
        string name, PolicyObject<T> part, Func<AttestationPolicy, T> get, Func<AttestationPolicy, T, AttestationPolicy> set) => new(new PolicyGroup<T>(name, part), get, set);
}
