using System.Collections.Immutable;
using System.Security.Cryptography;

namespace SwarmCompute.Attestation;

/// <summary>Judges what a token says against what is wanted; what is signed by whom is judged elsewhere.</summary>
internal static class CcaPolicyChecks
{
    /// <summary>The checks that the policy asks for; the lifecycle's is always among them.</summary>
    public static IEnumerable<Check> Of(CcaPlatformClaims platform, CcaRealmClaims realm, CcaPolicy policy, int challengeSize)
    {
        yield return policy.AllowUnsecured || platform.IsSecured
            ? Check.Holds("lifecycle", platform.LifecycleText)
            : Check.Fails("lifecycle", "cca.lifecycle", $"{platform.LifecycleText} is not secured", FailureClass.Policy);
        if (policy.Challenge is { } challenge) yield return Challenge(realm, challenge.Span, challengeSize);
        if (policy.Implementations is { } implementations)
            yield return Wanted("implementation", "cca.implementation", implementations.Contains(platform.Implementation), platform.Implementation);
        if (policy.Configurations is { } configurations)
            yield return Wanted("configuration", "cca.configuration", configurations.Contains(platform.Configuration), platform.Configuration);
        if (policy.Components is { } components) yield return Components(platform, components);
        if (policy.InitialMeasurements is { } initial)
            yield return Wanted("initial measurement", "cca.realm.initial", initial.Contains(realm.InitialMeasurement), realm.InitialMeasurement);
        if (policy.ExtensibleMeasurements is { } extensible) yield return Extensible(realm, extensible);
        if (policy.Personalization is { } personalization)
            yield return Wanted("personalization", "cca.realm.personalization", personalization == realm.Personalization, realm.Personalization);
    }

    private static Check Challenge(CcaRealmClaims realm, ReadOnlySpan<byte> challenge, int size)
    {
        var wanted = new byte[size];
        if (challenge.Length is 0 || challenge.Length > size)
            return Check.Fails("challenge", "cca.challenge", $"a challenge has 1 to {size} bytes, {challenge.Length} were asked for");
        challenge.CopyTo(wanted);
        return CryptographicOperations.FixedTimeEquals(wanted, realm.Challenge)
            ? Check.Holds("challenge", "the realm answered this challenge")
            : Check.Fails("challenge", "cca.challenge", $"the realm answered {Convert.ToHexStringLower(realm.Challenge)}");
    }

    private static Check Components(CcaPlatformClaims platform, ImmutableArray<CcaComponent> wanted)
    {
        foreach (var measured in platform.Components)
            if (!wanted.Any(w => w.Allows(measured)))
                return Wanted("components", "cca.components", false, $"{measured.Type ?? "a component"} {measured.Value}");
        foreach (var type in wanted.Select(w => w.Type).OfType<string>().Distinct())
            if (platform.Components.All(c => c.Type != type))
                return Check.Fails("components", "cca.components", $"{type} is not measured", FailureClass.Policy);
        return Check.Holds("components", $"{platform.Components.Length} are as wanted");
    }

    private static Check Extensible(CcaRealmClaims realm, ImmutableArray<string?> wanted)
    {
        if (wanted.Length != realm.ExtensibleMeasurements.Length)
        {
            return Check.Fails("extensible measurements", "cca.realm.extensible",
                $"{wanted.Length} are wanted, a realm has {realm.ExtensibleMeasurements.Length}", FailureClass.Policy);
        }
        for (var i = 0; i < wanted.Length; i++)
            if (wanted[i] is { } one && one != realm.ExtensibleMeasurements[i])
                return Wanted("extensible measurements", "cca.realm.extensible", false, $"{i}: {realm.ExtensibleMeasurements[i]}");
        return Check.Holds("extensible measurements", "as wanted");
    }

    private static Check Wanted(string name, string code, bool holds, string found) =>
        holds ? Check.Holds(name, found) : Check.Fails(name, code, $"{found} is not wanted", FailureClass.Policy);
}
