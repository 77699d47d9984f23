using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;

namespace SwarmCompute.Trainer.Tokens;

/// <summary>A byte-level BPE vocabulary: two marks, 256 bytes, then one token for each merge, in the order of the merges. Thread-safe.</summary>
internal sealed class Vocabulary
{
    public const int Begin = 0;
    public const int End = 1;
    public const string BeginText = "<s>";
    public const string EndText = "</s>";

    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<(string Left, string Right), int> _ranks;
    private readonly ConcurrentDictionary<string, int[]> _words = new(StringComparer.Ordinal);

    public Vocabulary(ImmutableArray<(string Left, string Right)> merges)
    {
        Merges = merges;
        Tokens = [BeginText, EndText, .. Enumerable.Range(0, 256).Select(BytePieces.OfByte), .. merges.Select(m => m.Left + m.Right)];
        _ids = Tokens.Index().ToDictionary(t => t.Item, t => t.Index);
        _ranks = merges.Index().ToDictionary(m => m.Item, m => m.Index);
    }

    public ImmutableArray<(string Left, string Right)> Merges { get; }

    /// <summary>Every token as the GGUF file writes it, by id.</summary>
    public ImmutableArray<string> Tokens { get; }

    /// <summary>Ids of a text, without marks.</summary>
    public List<int> Encode(string text)
    {
        var ids = new List<int>(text.Length / 3);
        foreach (var word in BytePieces.Split(text)) ids.AddRange(EncodeWord(word));
        return ids;
    }

    /// <summary>Text of ids; marks are left out, bytes that are no UTF-8 become replacement characters.</summary>
    public string Decode(IEnumerable<int> ids) =>
        Encoding.UTF8.GetString([.. ids.Where(id => id > End).SelectMany(id => BytePieces.Hide(Tokens[id]))]);

    private int[] EncodeWord(string word)
    {
        if (_words.TryGetValue(word, out var known)) return known;
        var parts = word.Select(c => c.ToString()).ToList();
        while (parts.Count > 1)
        {
            var best = Enumerable.Range(0, parts.Count - 1).MinBy(i => _ranks.GetValueOrDefault((parts[i], parts[i + 1]), int.MaxValue));
            if (!_ranks.ContainsKey((parts[best], parts[best + 1]))) break;
            parts[best] += parts[best + 1];
            parts.RemoveAt(best + 1);
        }
        var ids = parts.Select(p => _ids[p]).ToArray();
        if (_words.Count < 100_000) _words[word] = ids;
        return ids;
    }
}
