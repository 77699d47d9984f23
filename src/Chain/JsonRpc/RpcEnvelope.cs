using System.Text.Json;

namespace SwarmCompute.Chain.JsonRpc;

/// <summary>Where the members of an answer stand (JSON-RPC 2.0, section 5): each at most once, other members are passed over.</summary>
/// <param name="Id">The request's number; null where it is absent or not a number.</param>
/// <param name="Result">The bytes of the result.</param>
/// <param name="Error">The bytes of the error.</param>
internal readonly record struct RpcEnvelope(long? Id, Range? Result, Range? Error)
{
    /// <summary>Finds the members.</summary>
    /// <exception cref="JsonException">Not JSON, deeper than <see cref="RpcBody.DepthMax"/>, not an object, or a member twice.</exception>
    public static RpcEnvelope Read(ReadOnlySpan<byte> answer)
    {
        var reader = new Utf8JsonReader(answer, new JsonReaderOptions { MaxDepth = RpcBody.DepthMax });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException("not an object");
        var found = new RpcEnvelope(null, null, null);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (id, result, error) = (reader.ValueTextEquals("id"u8), reader.ValueTextEquals("result"u8), reader.ValueTextEquals("error"u8));
            reader.Read();
            if (id && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number)) found = found with { Id = Once(found.Id, number) };
            var start = (int)reader.TokenStartIndex;
            var empty = reader.TokenType == JsonTokenType.Null;
            reader.Skip();
            var value = start..(int)reader.BytesConsumed;
            if (result) found = found with { Result = Once(found.Result, value) };
            if (error && !empty) found = found with { Error = Once(found.Error, value) };
        }
        if (reader.Read()) throw new JsonException("more than one value");
        return found;
    }

    private static T Once<T>(T? before, T value) where T : struct => before is null ? value : throw new JsonException("a member twice");
}
