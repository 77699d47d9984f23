using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>Claims in a policy file: their names, and the values that can be theirs.</summary>
internal static class PolicyClaims
{
    private const int LengthMax = 512;

    private static readonly SearchValues<char> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-");

    private static readonly (string Name, int Offset, int Length)[] SnpFields = [("measurement", 0x90, 48), ("host-data", 0xc0, 32), ("chip-id", 0x1a0, 64)];

    // What quotes and reports name as a row of bytes has a length of its own; a value of another one could never be met.
    private static readonly FrozenDictionary<string, int[]> Sizes = TdReport.Fields.Concat(SgxReport.Fields)
        .Concat(SnpFields)
        .GroupBy(f => f.Name, f => f.Length).ToFrozenDictionary(g => g.Key, g => g.Distinct().ToArray(), StringComparer.Ordinal);

    private static readonly PolicyForm<string> AnyValue =
        PolicyForms.Text("the claim's value", LengthMax).As(text => text.ToLowerInvariant(), text => text.ToLowerInvariant());

    /// <summary>What a claim's name is.</summary>
    public const string Names = "a claim's, 1 to 64 lower-case letters, digits, dots and hyphens";

    /// <summary>Sets of claims, of which evidence must show one wholly.</summary>
    public static PolicyForm<ImmutableArray<ImmutableSortedDictionary<string, string>>> Sets { get; } = PolicyForms.List(Set());

    /// <summary>Whether this can be a claim's name, such as <c>mrtd</c> or <c>realm.initial</c>.</summary>
    public static bool IsName(string text) => text.Length is >= 1 and <= 64 && !text.AsSpan().ContainsAnyExcept(Letters);

    /// <summary>The form of a claim's values; they are compared without regard to case, and kept in lower case.</summary>
    public static PolicyForm<string> ValueOf(string claim) => Sizes.TryGetValue(claim, out var sizes) ? PolicyForms.Hex(sizes) : AnyValue;

    private static PolicyForm<ImmutableSortedDictionary<string, string>> Set()
    {
        var form = PolicyForms.Map(Names, IsName, ValueOf);
        return form with { Read = (node, path) => form.Read(node, path) is { IsEmpty: false } set ? set : throw PolicyText.Wrong(path, node, "at least one claim and its value") };
    }
}
