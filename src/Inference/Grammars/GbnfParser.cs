using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace SwarmCompute.Inference;

/// <summary>Reads llama.cpp's GBNF. Repetitions are written out as llama.cpp does: S{m,n} is S m times, and then n - m nested optional ones.</summary>
internal sealed class GbnfParser(string text)
{
    private readonly Dictionary<string, int> _numbers = [];
    private readonly List<string> _names = [];
    private readonly List<ImmutableArray<ImmutableArray<GrammarElement>>?> _rules = [];
    private int _at, _elements;

    /// <exception cref="GrammarException">It is not well formed, or too large.</exception>
    public (ImmutableArray<ImmutableArray<ImmutableArray<GrammarElement>>> Rules, int Root, IReadOnlyList<string> Names) Parse()
    {
        for (Space(true); _at < text.Length; Space(true)) Rule();
        if (!_numbers.TryGetValue("root", out var root)) throw new GrammarException("The grammar has no rule 'root'.");
        var missing = _rules.FindIndex(rule => rule is null);
        if (missing >= 0) throw new GrammarException($"The grammar's rule '{_names[missing]}' is used and not defined.");
        return ([.. _rules.Select(rule => rule!.Value)], root, _names);
    }

    private void Rule()
    {
        var number = Number(Name());
        Space(false);
        if (!Take("::=")) throw Fault("'::=' is expected");
        Space(true);
        var alternatives = Alternatives(nested: 0);
        if (_rules[number] is not null) throw new GrammarException($"The grammar's rule '{_names[number]}' is defined twice.");
        _rules[number] = alternatives;
        if (_at < text.Length && Peek is not ('\r' or '\n')) throw Fault("a part of a rule, or the end of the line, is expected");
    }

    private ImmutableArray<ImmutableArray<GrammarElement>> Alternatives(int nested)
    {
        if (nested > Grammar.DepthMax) throw new GrammarException($"The grammar is nested more than {Grammar.DepthMax} deep.");
        var alternatives = ImmutableArray.CreateBuilder<ImmutableArray<GrammarElement>>();
        do
        {
            Space(alternatives.Count > 0 || nested > 0);
            alternatives.Add(Sequence(nested));
        }
        while (Take("|"));
        return alternatives.ToImmutable();
    }

    private ImmutableArray<GrammarElement> Sequence(int nested)
    {
        var sequence = new List<GrammarElement>();
        var last = 0;                                                        // where the part begins that a repetition repeats
        while (_at < text.Length)
        {
            var start = sequence.Count;
            if (Repetition() is { } times)
            {
                if (last == start) throw Fault("there is nothing to repeat before");
                Repeat(sequence, last, times);
            }
            else
            {
                if (!Part(sequence, nested)) break;
                last = start;
                Count(sequence.Count - start);
            }
            Space(nested > 0);
        }
        return [.. sequence];
    }

    /// <summary>A letter string, a set, a rule, a group or any letter; false where none begins here.</summary>
    private bool Part(List<GrammarElement> sequence, int nested)
    {
        switch (Peek)
        {
            case '"':
                _at++;
                while (!Take("\"")) sequence.Add(GrammarElement.Letter(Letter()));
                return true;
            case '[':
                sequence.Add(Set());
                return true;
            case '(':
                _at++;
                var group = Alternatives(nested + 1);
                if (!Take(")")) throw Fault("')' is expected");
                sequence.Add(Anonymous(group));
                return true;
            case '.':
                _at++;
                sequence.Add(GrammarElement.Any);
                return true;
            case '<' or '!':
                throw Fault("token references (<...>) are not supported");
            default:
                if (!IsNameLetter(Peek)) return false;
                sequence.Add(GrammarElement.Of(Number(Name())));
                return true;
        }
    }

    private GrammarElement Set()
    {
        _at++;
        var negated = Take("^");
        var ranges = ImmutableArray.CreateBuilder<(int, int)>();
        while (!Take("]"))
        {
            var (low, high) = (Letter(), -1);
            if (Peek == '-' && _at + 1 < text.Length && text[_at + 1] != ']')
            {
                _at++;
                high = Letter();
                if (high < low) throw Fault("a range of letters is upside down");
            }
            ranges.Add((low, high < 0 ? low : high));
            Count(1);
        }
        if (ranges.Count == 0 && !negated) throw Fault("a set of letters is empty");
        return new GrammarElement(-1, ranges.ToImmutable(), negated);
    }

    /// <summary>How often, if a repetition is here; no maximum is -1.</summary>
    private (int Min, int Max)? Repetition()
    {
        if (Take("*")) return (0, -1);
        if (Take("+")) return (1, -1);
        if (Take("?")) return (0, 1);
        if (!Take("{")) return null;
        Space(false);
        var min = Integer();
        var max = min;
        if (Take(",")) max = SpaceThenPeek() == '}' ? -1 : Integer();
        if (!Take("}")) throw Fault("'}' is expected");
        if (max >= 0 && max < min) throw Fault("a repetition's maximum is less than its minimum");
        return (min, max);
    }

    private void Repeat(List<GrammarElement> sequence, int last, (int Min, int Max) times)
    {
        GrammarElement[] part = [.. sequence[last..]];
        Count((times.Min + Math.Max(times.Max - times.Min, 1)) * part.Length);
        sequence.RemoveRange(last, part.Length);
        for (var i = 0; i < times.Min; i++) sequence.AddRange(part);
        if (times.Max < 0)
        {
            var again = NewRule();
            _rules[again] = [[.. part, GrammarElement.Of(again)], []];
            sequence.Add(GrammarElement.Of(again));
            return;
        }
        GrammarElement? rest = null;
        for (var i = times.Min; i < times.Max; i++) rest = Anonymous([rest is null ? [.. part] : [.. part, rest], []]);
        if (rest is not null) sequence.Add(rest);
    }

    private GrammarElement Anonymous(ImmutableArray<ImmutableArray<GrammarElement>> alternatives)
    {
        var rule = NewRule();
        _rules[rule] = alternatives;
        return GrammarElement.Of(rule);
    }

    private int NewRule()
    {
        _names.Add($"part {_names.Count}");
        _rules.Add(null);
        Count(1);
        return _rules.Count - 1;
    }

    private int Number(string name)
    {
        if (_numbers.TryGetValue(name, out var number)) return number;
        number = NewRule();
        _names[number] = name;
        return _numbers[name] = number;
    }

    private string Name()
    {
        var start = _at;
        while (IsNameLetter(Peek)) _at++;
        return _at > start ? text[start.._at] : throw Fault("a rule's name is expected");
    }

    private int Integer()
    {
        Space(false);
        var start = _at;
        while (char.IsAsciiDigit(Peek)) _at++;
        if (!int.TryParse(text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value > Grammar.RepetitionsMax)
            throw Fault($"a count of 0 to {Grammar.RepetitionsMax} is expected");
        Space(false);
        return value;
    }

    /// <summary>One letter of a string or a set: itself, or an escape.</summary>
    private int Letter()
    {
        if (_at >= text.Length) throw Fault("the grammar ends within a string or a set");
        if (Peek == '\\') return Escape();
        if (!Rune.TryGetRuneAt(text, _at, out var rune)) throw Fault("half a character");
        _at += rune.Utf16SequenceLength;
        return rune.Value;
    }

    private int Escape()
    {
        var kind = _at + 1 < text.Length ? text[_at + 1] : '\0';
        _at += 2;
        return kind switch
        {
            'x' => Hex(2),
            'u' => Hex(4),
            'U' => Hex(8),
            't' => '\t',
            'r' => '\r',
            'n' => '\n',
            '\\' or '"' or '[' or ']' or '-' => kind,
            _ => throw Fault("an unknown escape ends before"),
        };
    }

    private int Hex(int digits)
    {
        if (_at + digits > text.Length || !uint.TryParse(text.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || value > 0x10FFFF)
            throw Fault($"{digits} hexadecimal digits of a character are expected");
        _at += digits;
        return (int)value;
    }

    private void Space(bool newLines)
    {
        while (_at < text.Length)
        {
            if (Peek == '#') while (_at < text.Length && Peek is not ('\r' or '\n')) _at++;
            else if (Peek is ' ' or '\t' || (newLines && Peek is '\r' or '\n')) _at++;
            else return;
        }
    }

    private char SpaceThenPeek()
    {
        Space(false);
        return Peek;
    }

    private char Peek => _at < text.Length ? text[_at] : '\0';

    private bool Take(string token)
    {
        if (string.CompareOrdinal(text, _at, token, 0, token.Length) != 0) return false;
        _at += token.Length;
        return true;
    }

    private void Count(int elements)
    {
        _elements += elements;
        if (_elements > Grammar.ElementsMax) throw new GrammarException($"The grammar is too large: more than {Grammar.ElementsMax} parts, repetitions written out.");
    }

    private GrammarException Fault(string what)
    {
        var before = text.AsSpan(0, Math.Min(_at, text.Length));
        return new GrammarException($"The grammar is not well formed at line {before.Count('\n') + 1}, column {before.Length - before.LastIndexOf('\n')}: {what}.");
    }

    private static bool IsNameLetter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter == '-';
}
