using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>The members of <c>cca</c> in a policy file.</summary>
internal static class CcaPolicyMembers
{
    private const int ExtensibleCount = 4, ChallengeSizeMax = 64, ConfigurationSizeMax = 512;

    private static readonly PolicyForm<string> Measurement = PolicyForms.Hex(32, 48, 64);

    public static PolicyObject<CcaPolicy> All { get; } = new([
        Of("challenge", PolicyForms.Bytes(PolicyForms.Hex("1 to 64 bytes in hexadecimal", size => size is >= 1 and <= ChallengeSizeMax)), p => p.Challenge, (p, v) => p with { Challenge = v }),
        Of("initialMeasurements", PolicyForms.OrAnyValue(PolicyForms.List(Measurement)), p => p.InitialMeasurements, (p, v) => p with { InitialMeasurements = v }),
        Of("extensibleMeasurements", PolicyForms.OrAnyValue(Extensible()), p => p.ExtensibleMeasurements, (p, v) => p with { ExtensibleMeasurements = v }),
        Of("personalization", PolicyForms.OrAny(PolicyForms.Hex(64)), p => p.Personalization, (p, v) => p with { Personalization = v }),
        Of("components", PolicyForms.OrAnyValue(PolicyForms.List(Component())), p => p.Components, (p, v) => p with { Components = v }),
        Of("configurations", PolicyForms.OrAnyValue(PolicyForms.List(
            PolicyForms.Hex($"1 to {ConfigurationSizeMax} bytes in hexadecimal", size => size is >= 1 and <= ConfigurationSizeMax))), p => p.Configurations, (p, v) => p with { Configurations = v }),
        Of("implementations", PolicyForms.OrAnyValue(PolicyForms.List(PolicyForms.Hex(32))), p => p.Implementations, (p, v) => p with { Implementations = v }),
        Of("allowUnsecured", PolicyForms.Flag, p => p.AllowUnsecured, (p, v) => p with { AllowUnsecured = v }),
    ]);

    private static PolicyForm<ImmutableArray<string?>> Extensible()
    {
        var row = PolicyForms.Row(PolicyForms.OrAny(Measurement));
        return row with
        {
            Read = (node, path) => row.Read(node, path) is { Length: ExtensibleCount } four
                ? four
                : throw PolicyText.Wrong(path, node, $"exactly {ExtensibleCount} measurements, each in hexadecimal or \"any\""),
        };
    }

    /// <summary>A component that may run; type, signer and version are "any" where they are left out.</summary>
    private static PolicyForm<CcaComponent> Component()
    {
        var form = new PolicyObject<CcaComponent>([
            Part("type", PolicyForms.OrAny(PolicyForms.Text("a component's type such as RMM", 64)), c => c.Type, (c, v) => c with { Type = v }),
            Part("value", Measurement, c => c.Value, (c, v) => c with { Value = v }),
            Part("signer", PolicyForms.OrAny(Measurement), c => c.Signer, (c, v) => c with { Signer = v }),
            Part("version", PolicyForms.OrAny(PolicyForms.Text("a version", 128)), c => c.Version, (c, v) => c with { Version = v }),
        ]).ToForm(new CcaComponent(null, "", null));
        return form with { Read = (node, path) => form.Read(node, path) is { Value.Length: > 0 } c ? c : throw PolicyText.Wrong(path, node, "a component with its 'value'") };
    }

    private static PolicySetting<CcaComponent, T> Part<T>(string name, PolicyForm<T> form, Func<CcaComponent, T> get, Func<CcaComponent, T, CcaComponent> set) => new(name, form, get, set);

    private static PolicySetting<CcaPolicy, T> Of<T>(string name, PolicyForm<T> form, Func<CcaPolicy, T> get, Func<CcaPolicy, T, CcaPolicy> set) => new(name, form, get, set);
}
