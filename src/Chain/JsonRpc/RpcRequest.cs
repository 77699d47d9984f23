using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SwarmCompute.Chain.JsonRpc;

/// <summary>A request that can be put to several endpoints, one after another.</summary>
/// <param name="Method">The method.</param>
/// <param name="Parameters">Its parameters, as JSON.</param>
internal sealed record RpcRequest(string Method, byte[] Parameters)
{
    /// <summary>Writes down parameters.</summary>
    public static RpcRequest Of(string method, JsonArray parameters) => new(method, JsonSerializer.SerializeToUtf8Bytes(parameters));

    /// <summary>
    /// Whether asking twice is as good as asking once: questions are, and a signed transaction is, for its hash names it. What only
    /// development chains offer (<c>anvil_mine</c>) is not.
    /// </summary>
    public bool IsRepeatable { get; } =
        (Method.StartsWith("eth_", StringComparison.Ordinal) && Method is not "eth_sendTransaction") || Method.StartsWith("net_", StringComparison.Ordinal);

    /// <summary>The request's body.</summary>
    public byte[] ToBytes(long id)
    {
        var body = new ArrayBufferWriter<byte>(Parameters.Length + 128);
        using var writer = new Utf8JsonWriter(body);
        writer.WriteStartObject();
        writer.WriteString("jsonrpc"u8, "2.0"u8);
        writer.WriteNumber("id"u8, id);
        writer.WriteString("method"u8, Method);
        writer.WritePropertyName("params"u8);
        writer.WriteRawValue(Parameters, skipInputValidation: true);
        writer.WriteEndObject();
        writer.Flush();
        return body.WrittenSpan.ToArray();
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Method} ({Parameters.Length} bytes)");
}
