using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace SwarmCompute.Inference.Tests.OpenAi;

/// <summary>Tokens with known texts: most are words of their number, some are halves of a two-byte character.</summary>
internal sealed class WordTokenizer(params int[] endTokens) : ITokenizer
{
    public const int FirstHalf = 995, SecondHalf = 996;

    public int VocabularySize => 1000;

    public ImmutableArray<int> EndTokens => [.. endTokens];

    public ImmutableArray<int> Encode(string text, bool addSpecial) =>
        text.Length > 2000 ? throw new InferenceException("The text is too long.") : [.. (addSpecial ? (int[])[1] : []), .. text.Select(c => c % 900)];

    public byte[] Decode(int token) => token switch
    {
        FirstHalf => [0xC3],
        SecondHalf => [0xA9],
        _ => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $" w{token}")),
    };

    public string ApplyChatTemplate(IReadOnlyList<ChatTurn> turns) => string.Concat(turns.Select(t => $"<{t.Role}>{t.Content}")) + "<assistant>";

    public void Dispose() { /* holds nothing */ }
}
