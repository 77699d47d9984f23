using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>Whether evidence shows one of the sets of measurements that a policy names for its type (<see cref="AttestationPolicy.Measurements"/>).</summary>
public static class MeasurementsCheck
{
    /// <summary>The code of the check where it fails.</summary>
    public const string Code = "policy.measurements";

    /// <summary>The code of the check where a measurement is revoked.</summary>
    public const string RevokedCode = "policy.measurement.revoked";

    /// <summary>Judges a result by its claims; nothing where the policy names no measurements for its type.</summary>
    public static ImmutableArray<Check> Of(AttestationResult result, AttestationPolicy policy)
    {
        const string name = "measurements";
        if (!policy.Measurements.TryGetValue(result.Type, out var sets)) return [];
        return sets.Any(set => Shows(result, set))
            ? [Check.Holds(name, "one of the sets that are accepted")]
            : [Check.Fails(name, Code, $"{Nearest(result, sets)} is in none of the {sets.Length} sets that are accepted", FailureClass.Policy)];
    }

    /// <summary>Judges whether what was launched is accepted no more.</summary>
    /// <param name="result">A CVM's result.</param>
    /// <param name="policy">Names what is revoked; nothing is judged where it names nothing.</param>
    public static ImmutableArray<Check> NotRevoked(AttestationResult result, AttestationPolicy policy)
    {
        const string name = "revoked measurements";
        if (policy.RevokedMeasurements.IsEmpty) return [];
        var shown = LaunchMeasurement.NamesOf(result.Type).Select(n => result.Claims.GetValueOrDefault(n, "")).Append(LaunchMeasurement.Of(result)?.ToString() ?? "");
        return shown.FirstOrDefault(policy.RevokedMeasurements.Contains) is { } revoked
            ? [Check.Fails(name, RevokedCode, $"{revoked} is revoked", FailureClass.Policy)]
            : [Check.Holds(name, "none of those that are revoked")];
    }

    private static bool Shows(AttestationResult result, ImmutableSortedDictionary<string, string> set) =>
        !set.IsEmpty && set.All(m => string.Equals(result.Claims.GetValueOrDefault(m.Key), m.Value, StringComparison.OrdinalIgnoreCase));

    /// <summary>The first claim that keeps the set with the most matches from being shown.</summary>
    private static string Nearest(AttestationResult result, ImmutableArray<ImmutableSortedDictionary<string, string>> sets)
    {
        var wrong = sets.Select(set => set.Where(m => !string.Equals(result.Claims.GetValueOrDefault(m.Key), m.Value, StringComparison.OrdinalIgnoreCase)).ToList())
            .OrderBy(left => left.Count).FirstOrDefault();
        return wrong is [var (claim, _), ..] ? $"{claim} {result.Claims.GetValueOrDefault(claim, "(not said)")}" : "what it shows";
    }
}
