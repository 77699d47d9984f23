using System.Text.Json.Nodes;

namespace SwarmCompute.Attestation;

/// <summary>Reads required members of a parsed JSON object; a fault is a <see cref="FormatException"/> that names the member.</summary>
internal sealed class ReportFields(JsonObject members)
{
    public string Text(string name) =>
        members[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw Fault(name, "a string");

    public long Integer(string name) =>
        members[name] is JsonValue value && value.TryGetValue<long>(out var number) && number >= 0 ? number : throw Fault(name, "an integer from 0");

    public Hash32 Hash(string name) => Hash32.TryParse(Text(name), out var hash) ? hash : throw Fault(name, "64 hexadecimal digits");

    public bool IsNull(string name) => members.ContainsKey(name) && members[name] is null;

    public JsonObject Object(string name) => members[name] as JsonObject ?? throw Fault(name, "an object");

    public IEnumerable<JsonObject> Objects(string name, int max) =>
        members[name] is JsonArray items && items.Count <= max && items.All(i => i is JsonObject)
            ? items.Select(i => (JsonObject)i!)
            : throw Fault(name, $"an array of at most {max} objects");

    public byte[] Base64(string name)
    {
        var text = Text(name);
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var count) ? bytes[..count] : throw Fault(name, "base64");
    }

    public byte[] Hex(string name, int bytes)
    {
        var text = Text(name);
        var result = new byte[bytes];
        return text.Length == 2 * bytes && Convert.FromHexString(text, result, out _, out _) == System.Buffers.OperationStatus.Done
            ? result
            : throw Fault(name, $"{2 * bytes} hexadecimal digits");
    }

    private static FormatException Fault(string name, string cure) => new($"'{name}' must be {cure}.");
}
