using System.Text.Json;

namespace SwarmCompute.Inference;

/// <summary>Writes the objects of the OpenAI API: whole answers, pieces of a streamed one, models and errors.</summary>
internal sealed class OpenAiAnswer(OpenAiModel model, OpenAiRequest request, string id)
{
    private readonly long _created = model.Time.GetUtcNow().ToUnixTimeSeconds();
    private bool _begun;

    /// <summary>A piece of a streamed answer.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="text">Its text; may be empty.</param>
    /// <param name="token">The token that it stands for; null for the last piece.</param>
    /// <param name="finish">Why the answer is over; null where it is not.</param>
    public void Piece(Utf8JsonWriter json, string text, GeneratedToken? token, string? finish)
    {
        Begin(json, request.IsChat ? "chat.completion.chunk" : "text_completion");
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        if (request.IsChat) Delta(json, text);
        else json.WriteString("text", text);
        json.WriteNull("logprobs");
        json.WriteString("finish_reason", finish);
        json.WriteEndObject();
        json.WriteEndArray();
        if (token is { } generated)
        {
            json.WriteStartObject("swarm");
            json.WriteNumber("token", generated.Token);
            json.WriteNumber("index", generated.Index);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    /// <summary>The last piece of a stream that was asked to tell the usage.</summary>
    public void UsagePiece(Utf8JsonWriter json, int promptTokens, int completionTokens)
    {
        Begin(json, request.IsChat ? "chat.completion.chunk" : "text_completion");
        json.WriteStartArray("choices");
        json.WriteEndArray();
        Usage(json, promptTokens, completionTokens);
        json.WriteEndObject();
    }

    /// <summary>A whole answer.</summary>
    public void Whole(Utf8JsonWriter json, string text, string finish, int promptTokens, int completionTokens)
    {
        Begin(json, request.IsChat ? "chat.completion" : "text_completion");
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
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
        json.WriteNull("logprobs");
        json.WriteString("finish_reason", finish);
        json.WriteEndObject();
        json.WriteEndArray();
        Usage(json, promptTokens, completionTokens);
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

    private void Begin(Utf8JsonWriter json, string kind)
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("object", kind);
        json.WriteNumber("created", _created);
        json.WriteString("model", model.Id);
    }

    private void Delta(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject("delta");
        if (!_begun && request.Resume.IsEmpty) json.WriteString("role", "assistant");
        if (!_begun || text.Length > 0) json.WriteString("content", text);
        json.WriteEndObject();
        _begun = true;
    }

    private static void Usage(Utf8JsonWriter json, int promptTokens, int completionTokens)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", promptTokens);
        json.WriteNumber("completion_tokens", completionTokens);
        json.WriteNumber("total_tokens", promptTokens + completionTokens);
        json.WriteEndObject();
    }
}
