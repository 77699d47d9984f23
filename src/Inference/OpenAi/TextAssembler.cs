using System.Collections.Immutable;
using System.Text;

namespace SwarmCompute.Inference;

/// <summary>
/// Makes text of tokens. Bytes of an incomplete UTF-8 character are held back until it is complete; text that may be the beginning of a
/// stop string is held back until that is decided. The stop string that is complete first ends the answer (of two that end together, the longer
/// one). Depends on the text alone, not on how tokens cut it, so a resumed answer goes on exactly where it broke off.
/// </summary>
internal sealed class TextAssembler(ITokenizer tokenizer, ImmutableArray<string> stops)
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private string _held = "";

    /// <summary>Whether a stop string was found: the answer is over, and neither it nor what follows is part of it.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Adds a token; the text that is certain now.</summary>
    public string Add(int token) => IsStopped ? "" : Take(Decode(tokenizer.Decode(token), flush: false));

    /// <summary>The answer is over; the text that was held back.</summary>
    public string End()
    {
        if (IsStopped) return "";
        var text = Take(Decode([], flush: true)) + _held;
        _held = "";
        return text;
    }

    private string Take(string text)
    {
        _held += text;
        var stop = stops.Select(s => (At: _held.IndexOf(s, StringComparison.Ordinal), s.Length)).Where(found => found.At >= 0)
            .OrderBy(found => found.At + found.Length).ThenBy(found => found.At).Select(found => found.At).FirstOrDefault(-1);
        IsStopped = stop >= 0;
        var certain = IsStopped ? stop : _held.Length - HeldBack();
        text = _held[..certain];
        _held = IsStopped ? "" : _held[certain..];
        return text;
    }

    /// <summary>How many of the last characters may begin a stop string.</summary>
    private int HeldBack()
    {
        for (var at = Math.Max(0, _held.Length - (stops.IsEmpty ? 0 : stops.Max(s => s.Length) - 1)); at < _held.Length; at++)
            if (stops.Any(s => s.AsSpan().StartsWith(_held.AsSpan(at), StringComparison.Ordinal))) return _held.Length - at;
        return 0;
    }

    private string Decode(byte[] bytes, bool flush)
    {
        var chars = new char[_decoder.GetCharCount(bytes, flush)];
        return new string(chars, 0, _decoder.GetChars(bytes, chars, flush));
    }
}
