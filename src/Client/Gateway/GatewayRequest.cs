using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace SwarmCompute.Client.Gateway;

/// <summary>A request as the gateway sees it: what it must know to route it and to go on with its answer. All else is the head's to judge.</summary>
internal sealed class GatewayRequest
{
    private const string Resumption = "swarm";
    private static readonly JsonDocumentOptions Bounds = new() { MaxDepth = 80, AllowDuplicateProperties = false };

    private readonly ReadOnlyMemory<byte> _before, _after;                   // what stands before and after the tokens to resume with
    private readonly bool _hasResumption;

    private GatewayRequest(HttpMethod method, string path, ReadOnlyMemory<byte> body, ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> after, bool hasResumption)
    {
        (Method, Path, Body, _before, _after, _hasResumption) = (method, path, body, before, after, hasResumption);
    }

    public HttpMethod Method { get; }

    public string Path { get; }

    /// <summary>As it came; empty for a request without one.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    public bool IsStreamed { get; private init; }

    /// <summary>How many answers are asked for.</summary>
    public int Choices { get; private init; } = 1;

    /// <summary>Tokens of the answer that the client has already.</summary>
    public ImmutableArray<int> Resume { get; private init; } = [];

    /// <summary>The beginning of the prompt, hashed in blocks.</summary>
    public ImmutableArray<UInt128> Blocks { get; private init; } = [];

    /// <summary>A request without a body.</summary>
    public static GatewayRequest Get(string path) => new(HttpMethod.Get, path, default, default, default, hasResumption: false);

    /// <summary>A request with a body.</summary>
    /// <exception cref="GatewayException">The body is not a JSON object.</exception>
    public static GatewayRequest Post(string path, ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Bounds);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw GatewayException.Bad(400, "The body must be a JSON object.");
            return Read(path, body, document.RootElement);
        }
        catch (JsonException fault)
        {
            throw GatewayException.Bad(400, $"The body is not JSON: {fault.Message}");
        }
    }

    /// <summary>The body that asks for what follows these tokens.</summary>
    public ReadOnlyMemory<byte> BodyAfter(IReadOnlyCollection<int> tokens)
    {
        if (tokens.Count == Resume.Length) return Body;
        var resumption = $$"""{"resume_tokens":[{{string.Join(',', tokens)}}]}""";
        return (byte[])[.. _before.Span, .. Encoding.ASCII.GetBytes(_hasResumption ? resumption : $",\"{Resumption}\":{resumption}"), .. _after.Span];
    }

    private static GatewayRequest Read(string path, ReadOnlyMemory<byte> body, JsonElement json)
    {
        var hasResumption = json.TryGetProperty(Resumption, out var resumption);
        var (from, to) = hasResumption ? Place(body, resumption) : (body.Span.LastIndexOf((byte)'}'), body.Span.LastIndexOf((byte)'}'));
        return new GatewayRequest(HttpMethod.Post, path, body, body[..from], body[to..], hasResumption)
        {
            IsStreamed = json.TryGetProperty("stream", out var stream) && stream.ValueKind == JsonValueKind.True,
            Choices = json.TryGetProperty("n", out var n) && n.ValueKind == JsonValueKind.Number && n.TryGetInt32(out var choices) ? choices : 1,
            Resume = hasResumption ? Tokens(resumption) : [],
            Blocks = json.TryGetProperty("messages", out var prompt) || json.TryGetProperty("prompt", out prompt) || json.TryGetProperty("input", out prompt)
                ? PromptBlocks.Of(path, JsonMarshal.GetRawUtf8Value(prompt))
                : [],
        };
    }

    /// <summary>Where in the body a value stands.</summary>
    private static (int From, int To) Place(ReadOnlyMemory<byte> body, JsonElement value)
    {
        var raw = JsonMarshal.GetRawUtf8Value(value);
        return body.Span.Overlaps(raw, out var from)
            ? (from, from + raw.Length)
            : throw new InvalidOperationException("A parsed document does not lie in its own text.");
    }

    /// <summary>None where they are not what they should be: the head says so then.</summary>
    private static ImmutableArray<int> Tokens(JsonElement resumption)
    {
        if (resumption.ValueKind != JsonValueKind.Object || !resumption.TryGetProperty("resume_tokens", out var list) || list.ValueKind != JsonValueKind.Array) return [];
        var tokens = ImmutableArray.CreateBuilder<int>(list.GetArrayLength());
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out var token)) return [];
            tokens.Add(token);
        }
        return tokens.MoveToImmutable();
    }
}
