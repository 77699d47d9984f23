using System.Text.Json;

namespace SwarmCompute.Inference;

/// <summary>Writes the objects of the OpenAI API: whole answers, pieces of a streamed one, models and errors.</summary>
internal sealed class OpenAiAnswer(OpenAiModel model, OpenAiRequest request, AnswerId id, DateTimeOffset created)
{
    private readonly OpenAiLogprobs _logprobs = new(model.Tokenizer, request.IsChat);
    private readonly bool[] _begun = new bool[request.Choices];
    private readonly string _id = id.ToString();

    /// <summary>The client has the beginning of this answer already.</summary>
    public void Begun(int choice) => _begun[choice] = true;

    /// <summary>A piece of a streamed answer.</summary>
    public void Piece(Utf8JsonWriter json, OpenAiPiece piece)
    {
        Begin(json, request.IsChat ? "chat.completion.chunk" : "text_completion");
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", piece.Choice);
        if (request.IsChat) Delta(json, piece);
        else json.WriteString("text", piece.Text);
        _logprobs.Write(json, [piece]);
        json.WriteString("finish_reason", piece.Finish);
        json.WriteEndObject();
        json.WriteEndArray();
        if (piece.Token is { } generated)
        {
            json.WriteStartObject("swarm");
            json.WriteNumber("token", generated.Token);
            json.WriteNumber("index", generated.Index);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    /// <summary>The last piece of a stream that was asked to tell the usage.</summary>
    public void UsagePiece(Utf8JsonWriter json, OpenAiUsage usage)
    {
        Begin(json, request.IsChat ? "chat.completion.chunk" : "text_completion");
        json.WriteStartArray("choices");
        json.WriteEndArray();
        Usage(json, usage);
        json.WriteEndObject();
    }

    /// <summary>Whole answers, each from its pieces.</summary>
    public void Whole(Utf8JsonWriter json, IEnumerable<OpenAiPiece> pieces, OpenAiUsage usage)
    {
        Begin(json, request.IsChat ? "chat.completion" : "text_completion");
        json.WriteStartArray("choices");
        foreach (var choice in pieces.GroupBy(piece => piece.Choice).OrderBy(choice => choice.Key)) Choice(json, choice.Key, [.. choice]);
        json.WriteEndArray();
        Usage(json, usage);
        json.WriteEndObject();
    }

    public static void Error(Utf8JsonWriter json, OpenAiException fault)
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("message", fault.Message);
        json.WriteString("type", fault.Type);
        json.WriteString("param", fault.Param);
        json.WriteString("code", fault.Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void Models(Utf8JsonWriter json, OpenAiModel model)
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        Model(json, model);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void Model(Utf8JsonWriter json, OpenAiModel model)
    {
        json.WriteStartObject();
        json.WriteString("id", model.Id);
        json.WriteString("object", "model");
        json.WriteNumber("created", model.Created.ToUnixTimeSeconds());
        json.WriteString("owned_by", OpenAiModel.Alias);
        json.WriteEndObject();
    }

    private void Choice(Utf8JsonWriter json, int index, OpenAiPiece[] pieces)
    {
        var text = string.Concat(pieces.Select(piece => piece.Text));
        json.WriteStartObject();
        json.WriteNumber("index", index);
        if (request.IsChat)
        {
            json.WriteStartObject("message");
            json.WriteString("role", "assistant");
            json.WriteString("content", text);
            json.WriteNull("refusal");
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("text", text);
        }
        _logprobs.Write(json, pieces);
        json.WriteString("finish_reason", pieces[^1].Finish);
        json.WriteEndObject();
    }

    private void Begin(Utf8JsonWriter json, string kind)
    {
        json.WriteStartObject();
        json.WriteString("id", _id);
        json.WriteString("object", kind);
        json.WriteNumber("created", created.ToUnixTimeSeconds());
        json.WriteString("model", model.Id);
    }

    private void Delta(Utf8JsonWriter json, OpenAiPiece piece)
    {
        var begun = _begun[piece.Choice];
        json.WriteStartObject("delta");
        if (!begun) json.WriteString("role", "assistant");
        if (!begun || piece.Text.Length > 0) json.WriteString("content", piece.Text);
        json.WriteEndObject();
        _begun[piece.Choice] = true;
    }

    private static void Usage(Utf8JsonWriter json, OpenAiUsage usage)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", usage.PromptTokens);
        json.WriteNumber("completion_tokens", usage.CompletionTokens);
        json.WriteNumber("total_tokens", usage.PromptTokens + usage.CompletionTokens);
        json.WriteStartObject("prompt_tokens_details");
        json.WriteNumber("cached_tokens", usage.CachedTokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
