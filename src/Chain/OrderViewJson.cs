using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace SwarmCompute.Chain;

/// <summary>An order's view as JSON, every member of it: so that a stranger can compare what a silo says with what the contract says.</summary>
public static class OrderViewJson
{
    /// <summary>What only events tell, and what they do not.</summary>
    private static readonly string[] OneSided = ["transactions", "segments", "subOrders", "sequence", "startedAt", "reportedAt"];

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters =
        {
            new Text<Hash32>(Hash32.Parse), new Text<Address>(Address.Parse), new Text<Wei>(Wei.Parse), new Text<OrderId>(OrderId.Parse), new Text<OfferId>(OfferId.Parse),
            new Text<LeaseEpoch>(text => new LeaseEpoch(uint.Parse(text, System.Globalization.CultureInfo.InvariantCulture))),
            new Text<ulong>(text => ulong.Parse(text, System.Globalization.CultureInfo.InvariantCulture)),
            new Text<UInt128>(text => UInt128.Parse(text, System.Globalization.CultureInfo.InvariantCulture)),
            new JsonStringEnumConverter(),
        },
    };

    /// <summary>The view with all its members. Amounts, ids, epochs and hashes are strings, as are numbers that may pass 2^53.</summary>
    public static JsonObject Of(OrderView view) => JsonSerializer.SerializeToNode(view, Options)!.AsObject();

    /// <summary>The view without what only its events tell or only the contract: what both must say of the same order, member for member.</summary>
    public static JsonObject Comparable(JsonObject view)
    {
        var comparable = view.DeepClone().AsObject();
        foreach (var member in OneSided) comparable.Remove(member);
        return comparable;
    }

    private sealed class Text<T>(Func<string, T> parse) : JsonConverter<T> where T : notnull
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => parse(reader.GetString() ?? "");

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
