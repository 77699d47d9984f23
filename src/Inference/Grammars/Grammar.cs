using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>
/// What an answer must be: rules in llama.cpp's GBNF (its grammars/README.md), without token references. It is read and followed here and not by
/// llama.cpp, whose parser prints what it refuses, which throws through its C interface, and whose memory an ambiguous grammar makes grow
/// without end; that both allow the same tokens is tested.
/// </summary>
public sealed class Grammar
{
    /// <summary>The most characters of a grammar's text: 65,536.</summary>
    public const int TextMax = 65_536;

    /// <summary>The most parts of all rules together, repetitions written out: 65,536.</summary>
    public const int ElementsMax = 65_536;

    /// <summary>The highest count in a repetition: 2,000, as in llama.cpp.</summary>
    public const int RepetitionsMax = 2000;

    /// <summary>The deepest nesting of parentheses: 64.</summary>
    public const int DepthMax = 64;

    private Grammar(ImmutableArray<ImmutableArray<ImmutableArray<GrammarElement>>> rules, int root) => (Rules, Root) = (rules, root);

    /// <summary>For each rule its alternatives, each a sequence.</summary>
    internal ImmutableArray<ImmutableArray<ImmutableArray<GrammarElement>>> Rules { get; }

    internal int Root { get; }

    /// <summary>Reads a grammar; the answer is what its rule <c>root</c> says.</summary>
    /// <exception cref="GrammarException">It is not well formed, has no rule 'root', is left-recursive, or larger than the bounds here.</exception>
    public static Grammar Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > TextMax) throw new GrammarException($"The grammar has {text.Length} characters; at most {TextMax} are accepted.");
        var (rules, root, names) = new GbnfParser(text).Parse();
        RefuseLeftRecursion(rules, names);
        return new Grammar(rules, root);
    }

    /// <summary>A rule that may begin with itself, directly or by way of others and of what may be empty, would be followed without end.</summary>
    private static void RefuseLeftRecursion(ImmutableArray<ImmutableArray<ImmutableArray<GrammarElement>>> rules, IReadOnlyList<string> names)
    {
        var empty = MayBeEmpty(rules);
        var begins = rules.Select(alternatives => alternatives.SelectMany(sequence => Beginnings(sequence, empty)).Distinct().ToArray()).ToArray();
        var open = new int[rules.Length];                                    // rules that begin with this one, and are not yet known to end
        foreach (var rule in begins.SelectMany(b => b)) open[rule]++;
        var free = new Stack<int>(Enumerable.Range(0, rules.Length).Where(rule => open[rule] == 0));
        while (free.TryPop(out var rule))
            foreach (var first in begins[rule])
                if (--open[first] == 0) free.Push(first);
        var recursive = Array.FindIndex(open, count => count > 0);
        if (recursive >= 0) throw new GrammarException($"The grammar is left-recursive: a rule may begin with itself; look at '{names[recursive]}' and the rules that begin with it.");
    }

    private static bool[] MayBeEmpty(ImmutableArray<ImmutableArray<ImmutableArray<GrammarElement>>> rules)
    {
        var empty = new bool[rules.Length];
        var users = new List<int>[rules.Length];
        for (var rule = 0; rule < rules.Length; rule++) users[rule] = [];
        for (var rule = 0; rule < rules.Length; rule++)
            foreach (var element in rules[rule].SelectMany(sequence => sequence))
                if (element.IsRule) users[element.Rule].Add(rule);
        var toLook = new Queue<int>(Enumerable.Range(0, rules.Length));
        while (toLook.TryDequeue(out var rule))
        {
            if (empty[rule] || !rules[rule].Any(sequence => sequence.All(e => e.IsRule && empty[e.Rule]))) continue;
            empty[rule] = true;
            foreach (var user in users[rule]) toLook.Enqueue(user);
        }
        return empty;
    }

    private static IEnumerable<int> Beginnings(ImmutableArray<GrammarElement> sequence, bool[] empty)
    {
        foreach (var element in sequence)
        {
            if (!element.IsRule) yield break;
            yield return element.Rule;
            if (!empty[element.Rule]) yield break;
        }
    }
}
