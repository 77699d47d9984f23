using System.Buffers;
using System.Text.Json.Nodes;

namespace SwarmCompute.Guest;

/// <summary>Reads exactly the named members of a JSON object; a fault is a <see cref="FormatException"/> that names the member.</summary>
internal sealed class JsonFields
{
    private readonly JsonObject _members;
    private readonly string _path;

    public JsonFields(JsonObject members, string path, params ReadOnlySpan<string> known)
    {
        _members = members;
        _path = path;
        foreach (var (name, _) in members)
            if (!known.Contains(name)) throw new FormatException($"it has an unknown field '{path}{name}'.");
    }

    public string Text(string name, int lengthMax) =>
        _members[name] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 && text.Length <= lengthMax
            ? text
            : throw Fault(name, $"a text of 1 to {lengthMax} characters");

    public long Integer(string name, long min, long max) =>
        _members[name] is JsonValue value && value.TryGetValue<long>(out var number) && number >= min && number <= max
            ? number
            : throw Fault(name, $"an integer from {min} to {max}");

    public double Number(string name, double min, double max) =>
        _members[name] is JsonValue value && value.TryGetValue<double>(out var number) && number >= min && number <= max
            ? number
            : throw Fault(name, FormattableString.Invariant($"a number from {min} to {max}"));

    public double Positive(string name) =>
        _members[name] is JsonValue value && value.TryGetValue<double>(out var number) && number > 0 && double.IsFinite(number) ? number : throw Fault(name, "a number above 0");

    public byte[] Base64(string name, int bytesMax)
    {
        var text = Text(name, (bytesMax + 2) / 3 * 4);
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var count) ? bytes[..count] : throw Fault(name, "base64");
    }

    public byte[] Hex(string name, int bytes)
    {
        var result = new byte[bytes];
        var text = Text(name, 2 * bytes);
        return text.Length == 2 * bytes && Convert.FromHexString(text, result, out _, out _) == OperationStatus.Done
            ? result
            : throw Fault(name, $"{2 * bytes} hexadecimal digits");
    }

    public bool Flag(string name) => _members[name] is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : throw Fault(name, "true or false");

    public bool Has(string name) => _members.ContainsKey(name);

    public JsonObject Object(string name) => _members[name] as JsonObject ?? throw Fault(name, "an object");

    public IEnumerable<JsonObject> Objects(string name, int countMax) => _members[name] is JsonArray array && array.Count <= countMax
        ? array.Select(item => item as JsonObject ?? throw Fault(name, "a list of objects"))
        : throw Fault(name, $"a list of at most {countMax} objects");

    public IEnumerable<long> Integers(string name, int countMax, long min, long max) => _members[name] is JsonArray array && array.Count <= countMax
        ? array.Select(item => item is JsonValue value && value.TryGetValue<long>(out var number) && number >= min && number <= max ? number : throw Fault(name, $"a list of integers from {min} to {max}"))
        : throw Fault(name, $"a list of at most {countMax} integers");

    private FormatException Fault(string name, string cure) => new($"field '{_path}{name}' must be {cure}.");
}
