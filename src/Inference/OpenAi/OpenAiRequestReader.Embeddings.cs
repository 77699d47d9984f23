using System.Collections.Immutable;
using System.Text.Json;

namespace SwarmCompute.Inference;

/// <summary>Requests for embeddings.</summary>
internal sealed partial class OpenAiRequestReader
{
    /// <summary>The most texts of one request.</summary>
    public const int InputsMax = 256;

    /// <exception cref="OpenAiException">The request is not well formed, or asks for something that this server cannot do.</exception>
    public OpenAiEmbeddingRequest ReadEmbeddings(ReadOnlyMemory<byte> body)
    {
        using var document = Parse(body);
        var json = Named(document.RootElement);
        if (model.Head.WhyNoEmbeddings is { } why) throw OpenAiException.Bad(why, "model", "embeddings_not_supported");
        if (Member(json, "dimensions") is { } dimensions) CheckDimensions(dimensions);
        var isBase64 = (Text(json, "encoding_format") ?? "float") switch
        {
            "float" => false,
            "base64" => true,
            _ => throw OpenAiException.Bad("'encoding_format' must be float or base64.", "encoding_format", "unsupported_value"),
        };
        return new OpenAiEmbeddingRequest(Inputs(json), isBase64);
    }

    private void CheckDimensions(JsonElement dimensions)
    {
        var asked = Integer(dimensions, "dimensions", 1, int.MaxValue);
        if (model.Head.EmbeddingLength is { } length && asked != length)
            throw OpenAiException.Bad($"'dimensions' must be the model's own, {length}; leave it out.", "dimensions", "unsupported_value");
    }

    private ImmutableArray<ImmutableArray<int>> Inputs(JsonElement json)
    {
        var input = Member(json, "input") ?? throw OpenAiException.Bad("'input' is required.", "input", "missing_required_parameter");
        if (input.ValueKind == JsonValueKind.String) return [Encode(StringOf(input, "input"))];
        if (input.ValueKind != JsonValueKind.Array || input.GetArrayLength() == 0)
            throw OpenAiException.Bad("'input' must be a string, the tokens of one text, or a list of strings or of tokens of texts.", "input");
        if (input[0].ValueKind == JsonValueKind.Number) return [InputTokens(input)];
        if (input.GetArrayLength() > InputsMax) throw OpenAiException.Bad($"'input' has {input.GetArrayLength()} texts; at most {InputsMax} are embedded at once.", "input");
        return [.. input.EnumerateArray().Select(text => text.ValueKind == JsonValueKind.String ? Encode(StringOf(text, "input")) : InputTokens(text))];
    }

    private ImmutableArray<int> Encode(string text)
    {
        if (text.Length == 0) throw OpenAiException.Bad("'input' has an empty text.", "input");
        try
        {
            return Fitting(model.Tokenizer.Encode(text, addSpecial: true));
        }
        catch (InferenceException fault)
        {
            throw OpenAiException.Bad(fault.Message, "input");
        }
    }

    private ImmutableArray<int> InputTokens(JsonElement list) =>
        list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > model.Head.ContextTokens ? throw TooLong(list.GetArrayLength()) : Fitting(Tokens(list, "input"));

    private ImmutableArray<int> Fitting(ImmutableArray<int> tokens)
    {
        if (tokens.IsEmpty) throw OpenAiException.Bad("'input' has an empty text.", "input");
        return tokens.Length <= model.Head.ContextTokens ? tokens : throw TooLong(tokens.Length);
    }

    private OpenAiException TooLong(int tokens) =>
        OpenAiException.Bad($"A text of 'input' has {tokens} tokens; the context holds {model.Head.ContextTokens}.", "input", "context_length_exceeded");
}
