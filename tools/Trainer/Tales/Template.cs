using System.Text;

namespace SwarmCompute.Trainer.Tales;

/// <summary>
/// Text with choices: <c>[a|b|c]</c> takes one at random (nested choices allowed, an empty one too), <c>{key}</c> a word of the
/// scene, <c>{Key}</c> the same with a capital, <c>{a key}</c> with "a" or "an" before it.
/// </summary>
internal sealed class Template(IReadOnlyDictionary<string, string> words, Random random)
{
    /// <summary>Expands a template. Throws <see cref="FormatException"/> for an unknown word or an open bracket: an error of the author.</summary>
    public string Expand(string template)
    {
        var text = new StringBuilder();
        var end = Walk(template, 0, text);
        if (end != template.Length) throw new FormatException($"Stray bracket at {end} in: {template}");
        return Tidy(text.ToString());
    }

    private int Walk(string template, int at, StringBuilder to)
    {
        while (at < template.Length && template[at] is not ('|' or ']'))
        {
            if (template[at] == '[') at = Choose(template, at + 1, to);
            else if (template[at] == '{') at = Word(template, at + 1, to);
            else to.Append(template[at++]);
        }
        return at;
    }

    private int Choose(string template, int at, StringBuilder to)
    {
        var options = new List<string>();
        while (true)
        {
            var end = Close(template, at);
            options.Add(template[at..end]);
            at = end + 1;
            if (template[end] == ']') break;
        }
        Walk(options[random.Next(options.Count)], 0, to);
        return at;
    }

    private static int Close(string template, int at)
    {
        for (var depth = 0; at < template.Length; at++)
        {
            if (depth == 0 && template[at] is '|' or ']' && depth == 0) return at;
            if (template[at] == '[') depth++;
            if (template[at] == ']') depth--;
        }
        throw new FormatException($"Open bracket in: {template}");
    }

    private int Word(string template, int at, StringBuilder to)
    {
        var end = template.IndexOf('}', at);
        if (end < 0) throw new FormatException($"Open brace in: {template}");
        var key = template[at..end];
        var article = key.StartsWith("a ", StringComparison.OrdinalIgnoreCase) ? key[..1] : "";
        var name = article.Length == 0 ? key : key[2..];
        if (!words.TryGetValue(char.ToLowerInvariant(name[0]) + name[1..], out var word)) throw new FormatException($"No word '{name}' for: {template}");
        if (article.Length > 0) to.Append(article).Append("aeiou".Contains(word[0], StringComparison.Ordinal) ? "n " : " ").Append(word);
        else to.Append(char.IsUpper(name[0]) ? char.ToUpperInvariant(word[0]) + word[1..] : word);
        return end + 1;
    }

    private static string Tidy(string text)
    {
        while (text.Contains("  ", StringComparison.Ordinal)) text = text.Replace("  ", " ", StringComparison.Ordinal);
        text = text.Replace("?,\"", "?\"", StringComparison.Ordinal).Replace("!,\"", "!\"", StringComparison.Ordinal);
        return text.Replace(" \n", "\n", StringComparison.Ordinal).Replace("\n ", "\n", StringComparison.Ordinal).Trim();
    }
}
