using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>A part of a rule: another rule, or one character of a set.</summary>
/// <param name="Rule">The other rule's number; -1 for a character.</param>
/// <param name="Ranges">The characters of the set, as ranges of code points with both ends.</param>
/// <param name="Negated">Whether the set is of all other characters.</param>
internal sealed record GrammarElement(int Rule, ImmutableArray<(int Low, int High)> Ranges, bool Negated)
{
    public static readonly GrammarElement Any = new(-1, [], Negated: true);

    public bool IsRule => Rule >= 0;

    public static GrammarElement Of(int rule) => new(rule, [], false);

    public static GrammarElement Letter(int codePoint) => new(-1, [(codePoint, codePoint)], false);

    public bool Matches(int codePoint)
    {
        foreach (var (low, high) in Ranges)
            if (codePoint >= low && codePoint <= high) return !Negated;
        return Negated;
    }

    /// <summary>Whether a character from low to high may match. Exact for a set that is not negated; for a negated one, whether no one range holds all of them.</summary>
    public bool MayMatch(int low, int high) => Negated
        ? !Ranges.Any(range => range.Low <= low && high <= range.High)
        : Ranges.Any(range => range.Low <= high && low <= range.High);
}
