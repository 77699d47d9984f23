using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace SwarmCompute.Attestation;

/// <summary>The forms of values in a policy file.</summary>
internal static class PolicyForms
{
    /// <summary>What stands where something is not judged.</summary>
    public const string Any = "any";

    /// <summary>The most items of a list, and members of a map.</summary>
    public const int ItemsMax = 4096;

    /// <summary>True or false.</summary>
    public static PolicyForm<bool> Flag { get; } = Value<bool>("true or false");

    /// <summary>A whole number.</summary>
    public static PolicyForm<long> Number(long min, long max)
    {
        var cure = $"a whole number from {min} to {max}";
        var form = Value<long>(cure);
        return form with { Read = (node, path) => form.Read(node, path) is var number && number >= min && number <= max ? number : throw PolicyText.Wrong(path, node, cure) };
    }

    /// <summary>Whole days; of a time that is no whole number of days the part is left out.</summary>
    public static PolicyForm<TimeSpan> Days(int max) => Number(0, max).As(days => TimeSpan.FromDays(days), time => (long)Math.Floor(time.TotalDays));

    /// <summary>Whole hours; of a time that is no whole number of hours the part is left out.</summary>
    public static PolicyForm<TimeSpan> Hours(int max) => Number(0, max).As(hours => TimeSpan.FromHours(hours), time => (long)Math.Floor(time.TotalHours));

    /// <summary>Text that meets a rule.</summary>
    public static PolicyForm<string> Text(string cure, Func<string, bool> isRight)
    {
        var form = Value<string>(cure);
        return form with { Read = (node, path) => form.Read(node, path) is var text && isRight(text) ? text : throw PolicyText.Wrong(path, node, cure) };
    }

    /// <summary>Visible ASCII text and spaces.</summary>
    public static PolicyForm<string> Text(string what, int lengthMax) =>
        Text($"{what}, 1 to {lengthMax} visible characters", text => text.Length >= 1 && text.Length <= lengthMax && !text.AsSpan().ContainsAnyExceptInRange(' ', '~'));

    /// <summary>Bytes of one of some lengths, as hexadecimal digits; read in either case, and kept in lower case.</summary>
    public static PolicyForm<string> Hex(params int[] sizes) => Hex(
        $"{string.Join(" or ", sizes)} bytes in hexadecimal ({string.Join(" or ", sizes.Select(s => s * 2))} digits)", sizes.Contains);

    /// <summary>Bytes whose number meets a rule, as hexadecimal digits.</summary>
    public static PolicyForm<string> Hex(string cure, Func<int, bool> isSize) =>
        Text(cure, text => text.Length % 2 == 0 && isSize(text.Length / 2) && IsHex(text)).As(text => text.ToLowerInvariant(), text => text.ToLowerInvariant());

    /// <summary>The same as bytes; "any" is null.</summary>
    public static PolicyForm<ReadOnlyMemory<byte>?> Bytes(PolicyForm<string> hex) => OrAny(hex).As<ReadOnlyMemory<byte>?>(
        text => text is null ? (ReadOnlyMemory<byte>?)null : Convert.FromHexString(text).AsMemory(), bytes => bytes is { } some ? Convert.ToHexStringLower(some.Span) : null);

    /// <summary>64 bits: hexadecimal digits behind "0x".</summary>
    public static PolicyForm<ulong> Bits { get; } =
        Text("64 bits in hexadecimal, such as \"0x6dbe7\"", text => TryBits(text, out _)).As(text => TryBits(text, out var bits) ? bits : 0, bits => $"0x{bits:x}");

    /// <summary>A value of an enumeration, by its name.</summary>
    public static PolicyForm<TEnum> Name<TEnum>(params TEnum[] except) where TEnum : struct, Enum
    {
        var names = Enum.GetValues<TEnum>().Except(except).ToImmutableDictionary(v => v.ToString(), StringComparer.Ordinal);
        return Text($"one of {string.Join(", ", Enum.GetNames<TEnum>().Where(names.ContainsKey))}", names.ContainsKey).As(name => names[name], value => value.ToString());
    }

    /// <summary>A set, as a list; it is written sorted, each item once.</summary>
    public static PolicyForm<ImmutableArray<T>> List<T>(PolicyForm<T> item)
    {
        var row = Row(item);
        return row with { Write = items => new JsonArray([.. items.Select(item.Write).DistinctBy(Key).OrderBy(Key, StringComparer.Ordinal)]) };
    }

    /// <summary>The same as a set of texts.</summary>
    public static PolicyForm<ImmutableHashSet<string>> Set(PolicyForm<string> item) =>
        List(item).As(items => items.ToImmutableHashSet(StringComparer.Ordinal), set => [.. set]);

    /// <summary>A list whose order matters.</summary>
    public static PolicyForm<ImmutableArray<T>> Row<T>(PolicyForm<T> item)
    {
        var cure = $"a list, each item {item.Cure}";
        return new(cure,
            (node, path) => node is JsonArray { Count: <= ItemsMax } items
                ? [.. items.Select((value, i) => item.Read(value, string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]")))]
                : throw PolicyText.Wrong(path, node, node is JsonArray ? $"at most {ItemsMax} items" : cure),
            items => new JsonArray([.. items.Select(item.Write)]));
    }

    /// <summary>An object whose members have names that meet a rule, each with a value of one form.</summary>
    public static PolicyForm<ImmutableSortedDictionary<string, T>> Map<T>(string names, Func<string, bool> isName, Func<string, PolicyForm<T>> value)
    {
        var cure = $"an object, each name {names}";
        return new(cure, Read, map => new JsonObject(map.Select(m => KeyValuePair.Create(m.Key, value(m.Key).Write(m.Value)))));

        ImmutableSortedDictionary<string, T> Read(JsonNode? node, string path)
        {
            if (node is not JsonObject { Count: <= ItemsMax } json) throw PolicyText.Wrong(path, node, node is JsonObject ? $"at most {ItemsMax} members" : cure);
            var map = ImmutableSortedDictionary.CreateBuilder<string, T>(StringComparer.Ordinal);
            foreach (var (key, item) in json) map[key] = isName(key) ? value(key).Read(item, PolicyText.Path(path, key)) : throw PolicyText.Misnamed(path, key, names);
            return map.ToImmutable();
        }
    }

    /// <summary>The same, where "any" is null: not judged.</summary>
    public static PolicyForm<T?> OrAny<T>(PolicyForm<T> form) where T : class => new(
        OrAny(form.Cure), (node, path) => IsAny(node) ? null : form.Read(node, path), value => value is null ? Any : form.Write(value));

    /// <summary>The same, where "any" is null: not judged.</summary>
    public static PolicyForm<T?> OrAnyValue<T>(PolicyForm<T> form) where T : struct => new(
        OrAny(form.Cure), (node, path) => IsAny(node) ? null : form.Read(node, path), value => value is { } some ? form.Write(some) : Any);

    private static PolicyForm<T> Value<T>(string cure) => new(
        cure, (node, path) => node is JsonValue value && value.TryGetValue<T>(out var read) ? read : throw PolicyText.Wrong(path, node, cure), value => JsonValue.Create(value));

    private static string OrAny(string cure) => $"{cure}; or \"{Any}\"";

    private static bool IsAny(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) && text == Any;

    private static bool IsHex(string text) => text.All(char.IsAsciiHexDigit);

    private static bool TryBits(string text, out ulong bits)
    {
        bits = 0;
        return text.StartsWith("0x", StringComparison.Ordinal) && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bits);
    }

    private static string Key(JsonNode? node) => Encoding.UTF8.GetString(CanonicalJson.Serialize(node));
}
