using System.Collections.Immutable;

namespace SwarmCompute.Trainer.Tokens;

/// <summary>Learns byte-pair merges from text: the most frequent neighbouring pair becomes one token, again and again.</summary>
internal static class VocabularyTrainer
{
    /// <summary>
    /// A vocabulary of at most <paramref name="size"/> tokens; fewer when no pair occurs twice any more. Of equally frequent pairs
    /// the ordinally first is taken.
    /// </summary>
    public static Vocabulary Train(IEnumerable<string> texts, int size)
    {
        var words = texts.SelectMany(BytePieces.Split).CountBy(w => w).OrderBy(w => w.Key, StringComparer.Ordinal)
            .Select(w => new Word([.. w.Key.Select(c => c.ToString())], w.Value)).ToList();
        var merges = ImmutableArray.CreateBuilder<(string Left, string Right)>();
        var tokens = new HashSet<string>(StringComparer.Ordinal);
        while (merges.Count < size - 258 && Best(words, tokens) is { } pair)
        {
            tokens.Add(pair.Left + pair.Right);
            merges.Add(pair);
            foreach (var word in words) word.Merge(pair);
        }
        return new Vocabulary(merges.ToImmutable());
    }

    private static (string Left, string Right)? Best(List<Word> words, HashSet<string> taken)
    {
        var counts = new Dictionary<(string Left, string Right), long>();
        foreach (var word in words)
            for (var i = 0; i + 1 < word.Parts.Count; i++)
                counts[(word.Parts[i], word.Parts[i + 1])] = counts.GetValueOrDefault((word.Parts[i], word.Parts[i + 1])) + word.Count;
        return counts.Where(c => c.Value > 1 && !taken.Contains(c.Key.Left + c.Key.Right))
            .OrderByDescending(c => c.Value).ThenBy(c => c.Key.Left, StringComparer.Ordinal).ThenBy(c => c.Key.Right, StringComparer.Ordinal)
            .Select(c => ((string, string)?)c.Key).FirstOrDefault();
    }

    private sealed record Word(List<string> Parts, long Count)
    {
        public void Merge((string Left, string Right) pair)
        {
            for (var i = 0; i + 1 < Parts.Count; i++)
            {
                if (Parts[i] != pair.Left || Parts[i + 1] != pair.Right) continue;
                Parts[i] += Parts[i + 1];
                Parts.RemoveAt(i + 1);
            }
        }
    }
}
