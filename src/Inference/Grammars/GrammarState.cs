using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>Where in a grammar an answer may be: all readings of it so far, and the bytes of a character that is not complete.</summary>
internal sealed class GrammarState
{
    /// <summary>The most readings at once, and the most rules that are looked into for one character.</summary>
    private const int ReadingsMax = 1024, LooksMax = 8192;

    private readonly Grammar _grammar;
    private readonly ImmutableArray<GrammarFrame> _readings;                 // each begins with a character
    private readonly Dictionary<int, GrammarState?> _next = [];
    private readonly Utf8Part _part;

    private GrammarState(Grammar grammar, ImmutableArray<GrammarFrame> readings, bool mayEnd, Utf8Part part)
    {
        (_grammar, _readings, _part) = (grammar, readings, part);
        MayEnd = mayEnd && part.IsEmpty;
        IsFinished = MayEnd && readings.IsEmpty;
    }

    /// <summary>Whether the answer may end here.</summary>
    public bool MayEnd { get; }

    /// <summary>Whether nothing can follow.</summary>
    public bool IsFinished { get; }

    public static GrammarState Begin(Grammar grammar)
    {
        var work = new GrammarWork();
        return Closed(grammar, grammar.Rules[grammar.Root].Select(sequence => GrammarFrame.On(null, sequence)), work)!;
    }

    /// <summary>The state after these bytes; null where they do not fit.</summary>
    /// <exception cref="GrammarException">There are too many readings, or too much work was done for this step.</exception>
    public GrammarState? After(ReadOnlySpan<byte> bytes, GrammarWork work)
    {
        var (state, part) = (this, _part);
        foreach (var value in bytes)
        {
            if (part.With(value) is not { } longer) return null;
            part = longer;
            if (!part.IsWhole) continue;
            if (state.AfterCharacter(part.CodePoint, work) is not { } next) return null;
            (state, part) = (next, Utf8Part.None);
        }
        if (part.IsEmpty) return state;
        var (low, high) = part.Range;
        return state._readings.Any(reading => reading.Element.MayMatch(low, high)) ? new(_grammar, state._readings, false, part) : null;
    }

    private GrammarState? AfterCharacter(int codePoint, GrammarWork work)
    {
        if (_next.TryGetValue(codePoint, out var known)) return known;
        work.Spend(_readings.Length);
        var rests = _readings.Where(reading => reading.Element.Matches(codePoint)).Select(reading => reading.Rest());
        return _next[codePoint] = Closed(_grammar, rests, work);
    }

    /// <summary>Follows rules until each reading begins with a character; null where none is left.</summary>
    private static GrammarState? Closed(Grammar grammar, IEnumerable<GrammarFrame?> rests, GrammarWork work)
    {
        var mayEnd = false;
        var readings = ImmutableArray.CreateBuilder<GrammarFrame>();
        var seen = new HashSet<GrammarFrame>();
        var toLook = new Stack<GrammarFrame?>(rests.Reverse());
        while (toLook.TryPop(out var frame))
        {
            if (frame is null) mayEnd = true;
            if (frame is null || frame.Depth > GrammarFrame.DepthMax || !seen.Add(frame)) continue;
            work.Spend(1);
            if (seen.Count > LooksMax || readings.Count > ReadingsMax) throw new GrammarException("The grammar is too ambiguous: an answer can be read in too many ways.");
            if (!frame.Element.IsRule)
            {
                readings.Add(frame);
                continue;
            }
            foreach (var sequence in grammar.Rules[frame.Element.Rule]) toLook.Push(GrammarFrame.On(frame.Rest(), sequence));
        }
        return mayEnd || readings.Count > 0 ? new(grammar, readings.ToImmutable(), mayEnd, Utf8Part.None) : null;
    }
}
