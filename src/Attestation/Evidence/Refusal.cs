using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>Why evidence was refused: the checks that failed, the most important first.</summary>
/// <param name="Causes">
/// Permanent ones first, for no policy and no waiting changes them; then those of the policy; then what may pass. Within a class as they were
/// checked. Empty where nothing was checked at all.
/// </param>
public sealed record Refusal(ImmutableArray<Check> Causes)
{
    /// <summary>What a result was refused for; null where it was accepted.</summary>
    public static Refusal? Of(AttestationResult result)
    {
        if (result.Verdict == Verdict.Accepted) return null;
        return new(result.Checks.IsDefault ? [] : [.. result.Checks.Where(c => !c.Passed).OrderBy(c => Importance(c.Class))]);
    }

    /// <summary>One sentence: the first cause, what was found and wanted, what to do, and how many more there are.</summary>
    public string Explain() => Causes is [var first, ..] ? RefusalText.Of(first, Causes.Length - 1) : RefusalText.NothingChecked;

    private static int Importance(FailureClass @class) => @class switch
    {
        FailureClass.Permanent => 0,
        FailureClass.Policy => 1,
        _ => 2,
    };
}
