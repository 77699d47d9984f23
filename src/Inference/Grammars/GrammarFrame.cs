using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>
/// What is still to come: the rest of a sequence, and below it the rests of the ones that it is a part of. Equal where all are.
/// The hash is kept and the comparison is a loop, so that deep nesting costs no stack.
/// </summary>
internal sealed class GrammarFrame : IEquatable<GrammarFrame>
{
    /// <summary>The deepest nesting that is followed; what would go deeper does not fit.</summary>
    public const int DepthMax = 1024;

    private readonly ImmutableArray<GrammarElement> _sequence;
    private readonly int _at, _hash;
    private readonly GrammarFrame? _below;

    private GrammarFrame(ImmutableArray<GrammarElement> sequence, int at, GrammarFrame? below)
    {
        (_sequence, _at, _below) = (sequence, at, below);
        Depth = (below?.Depth ?? 0) + 1;
        _hash = HashCode.Combine(System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsArray(sequence)), at, below?._hash);
    }

    public int Depth { get; }

    public GrammarElement Element => _sequence[_at];

    /// <summary>The sequence on top of what is below it; null where nothing is to come any more.</summary>
    public static GrammarFrame? On(GrammarFrame? below, ImmutableArray<GrammarElement> sequence, int at = 0) =>
        at < sequence.Length ? new(sequence, at, below) : below;

    /// <summary>What is to come after the first element.</summary>
    public GrammarFrame? Rest() => On(_below, _sequence, _at + 1);

    public bool Equals(GrammarFrame? other)
    {
        var (a, b) = (this, other);
        for (; a is not null && b is not null; a = a._below, b = b._below)
        {
            if (ReferenceEquals(a, b)) return true;
            if (a._hash != b._hash || a._at != b._at || a._sequence != b._sequence) return false;
        }
        return a is null && b is null;
    }

    public override bool Equals(object? obj) => Equals(obj as GrammarFrame);

    public override int GetHashCode() => _hash;
}
