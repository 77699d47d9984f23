using System.Collections.Immutable;
using System.Text.Json;

namespace SwarmCompute.Inference;

/// <summary>
/// Reads the requests of the OpenAI API. What this server cannot do (several answers, log probabilities, tools, penalties other than
/// <c>repeat_penalty</c>) is refused by name rather than left aside; fields that do not change the answer are left aside.
/// </summary>
internal sealed class OpenAiRequestReader(OpenAiModel model)
{
    /// <summary>Tokens of a completion where the request does not say: as the OpenAI API has it. A chat takes what fits.</summary>
    public const int CompletionTokensDefault = 16;

    private const int StopsMax = 4, StopLengthMax = 256, MessagesMax = 1024;

    private static readonly JsonDocumentOptions Bounds = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    /// <exception cref="OpenAiException">The request is not well formed, or asks for something that this server cannot do.</exception>
    public OpenAiRequest Read(ReadOnlyMemory<byte> body, bool chat)
    {
        using var document = Parse(body);
        var json = document.RootElement;
        if (json.ValueKind != JsonValueKind.Object) throw OpenAiException.Bad("The body must be a JSON object.", null);
        var name = Text(json, "model") ?? throw OpenAiException.Bad("'model' is required.", "model", "missing_required_parameter");
        if (!model.IsNamed(name)) throw OpenAiException.NoModel(name.Length > 128 ? name[..128] : name);
        RefuseWhatIsNotDone(json);
        var request = new OpenAiRequest
        {
            IsChat = chat,
            TokensMax = TokensMax(json, chat),
            Sampling = Sampling(json),
            Stop = Stops(json),
            Resume = Resume(json),
            Stream = Flag(json, "stream"),
            StreamUsage = Member(json, "stream_options") is { } options && Flag(Object(options, "stream_options"), "include_usage"),
        };
        return chat ? request with { Messages = Messages(json) } : WithPrompt(request, json);
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonDocument.Parse(body, Bounds);
        }
        catch (JsonException fault)
        {
            throw OpenAiException.Bad($"The body is not JSON: {fault.Message}", null);
        }
    }

    private static void RefuseWhatIsNotDone(JsonElement json)
    {
        foreach (var name in (string[])["n", "best_of"])
            if (Member(json, name) is { } count && Integer(count, name, 1, 128) != 1) throw OpenAiException.Bad($"'{name}' must be 1.", name, "unsupported_value");
        foreach (var name in (string[])["presence_penalty", "frequency_penalty"])
            if (Member(json, name) is { } value && Number(value, name, -2, 2) != 0) throw OpenAiException.Bad($"'{name}' must be 0; use 'repeat_penalty'.", name, "unsupported_value");
        foreach (var name in (string[])["tools", "functions", "logit_bias", "suffix", "top_logprobs", "audio"])
            if (Member(json, name) is { } value && !IsEmpty(value)) throw OpenAiException.Bad($"'{name}' is not supported.", name, "unsupported_parameter");
        if (Member(json, "logprobs") is { } logprobs && logprobs.ValueKind != JsonValueKind.False && !IsEmpty(logprobs))
            throw OpenAiException.Bad("'logprobs' is not supported.", "logprobs", "unsupported_parameter");
        if (Flag(json, "echo")) throw OpenAiException.Bad("'echo' is not supported.", "echo", "unsupported_parameter");
        if (Member(json, "response_format") is { } format && Text(Object(format, "response_format"), "type") != "text")
            throw OpenAiException.Bad("'response_format' must be of type 'text'.", "response_format", "unsupported_value");
    }

    private int? TokensMax(JsonElement json, bool chat)
    {
        var name = chat && Member(json, "max_completion_tokens") is not null ? "max_completion_tokens" : "max_tokens";
        if (Member(json, name) is { } value) return (int)Integer(value, name, 1, model.Head.ContextTokens);
        return chat ? null : CompletionTokensDefault;
    }

    private static SamplingOptions Sampling(JsonElement json) => new()
    {
        Temperature = Member(json, "temperature") is { } temperature ? Number(temperature, "temperature", 0, 2) : 0,
        TopP = Member(json, "top_p") is { } topP ? Math.Max(Number(topP, "top_p", 0, 1), 1e-9) : 1,
        TopK = 0,
        RepeatPenalty = Member(json, "repeat_penalty") is { } penalty ? Number(penalty, "repeat_penalty", 0.01, 10) : 1,
        Seed = Member(json, "seed") is { } seed ? unchecked((ulong)Integer(seed, "seed", long.MinValue, long.MaxValue)) : 0,
    };

    private static ImmutableArray<string> Stops(JsonElement json)
    {
        if (Member(json, "stop") is not { } stop) return [];
        ImmutableArray<string?> stops = stop.ValueKind switch
        {
            JsonValueKind.String => [stop.GetString()],
            JsonValueKind.Array when stop.GetArrayLength() <= StopsMax => [.. stop.EnumerateArray().Select(s => s.ValueKind == JsonValueKind.String ? s.GetString() : null)],
            _ => [null],
        };
        if (stops.Any(s => s is not { Length: > 0 and <= StopLengthMax }))
            throw OpenAiException.Bad($"'stop' must be a string or up to {StopsMax} strings of 1 to {StopLengthMax} characters.", "stop");
        return [.. stops.Select(s => s!)];
    }

    private ImmutableArray<int> Resume(JsonElement json) =>
        Member(json, "swarm") is { } swarm && Member(Object(swarm, "swarm"), "resume_tokens") is { } tokens ? Tokens(tokens, "swarm.resume_tokens") : [];

    private OpenAiRequest WithPrompt(OpenAiRequest request, JsonElement json)
    {
        var prompt = Member(json, "prompt") ?? throw OpenAiException.Bad("'prompt' is required.", "prompt", "missing_required_parameter");
        if (prompt.ValueKind == JsonValueKind.Array && prompt.GetArrayLength() == 1 && prompt[0].ValueKind is JsonValueKind.Array or JsonValueKind.String)
            prompt = prompt[0];                                              // a list of one prompt
        return prompt.ValueKind switch
        {
            JsonValueKind.String => request with { Prompt = StringOf(prompt, "prompt") },
            JsonValueKind.Array => request with { PromptTokens = Tokens(prompt, "prompt") },
            _ => throw OpenAiException.Bad("'prompt' must be a string, or the tokens of one prompt.", "prompt"),
        };
    }

    private static ImmutableArray<ChatTurn> Messages(JsonElement json)
    {
        var messages = Member(json, "messages") ?? throw OpenAiException.Bad("'messages' is required.", "messages", "missing_required_parameter");
        if (messages.ValueKind != JsonValueKind.Array || messages.GetArrayLength() is < 1 or > MessagesMax)
            throw OpenAiException.Bad($"'messages' must be a list of 1 to {MessagesMax} messages.", "messages");
        return [.. messages.EnumerateArray().Select(Message)];
    }

    private static ChatTurn Message(JsonElement message)
    {
        Object(message, "messages");
        var role = Text(message, "role") switch
        {
            "system" or "developer" => "system",
            "user" => "user",
            "assistant" => "assistant",
            _ => throw OpenAiException.Bad("A message's 'role' must be system, developer, user or assistant.", "messages"),
        };
        return Member(message, "content") switch
        {
            { ValueKind: JsonValueKind.String } text => new ChatTurn(role, StringOf(text, "messages")),
            { ValueKind: JsonValueKind.Array } parts => new ChatTurn(role, string.Concat(parts.EnumerateArray().Select(TextPart))),
            _ => throw OpenAiException.Bad("A message's 'content' must be a string, or a list of text parts.", "messages"),
        };
    }

    private static string TextPart(JsonElement part) =>
        Text(Object(part, "messages"), "type") == "text" && Text(part, "text") is { } text
            ? text
            : throw OpenAiException.Bad("A message may have text parts only.", "messages");

    private ImmutableArray<int> Tokens(JsonElement list, string name)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > model.Head.ContextTokens)
            throw OpenAiException.Bad($"'{name}' must be a list of at most {model.Head.ContextTokens} tokens.", name);
        return [.. list.EnumerateArray().Select(token => (int)Integer(token, name, 0, model.Tokenizer.VocabularySize - 1))];
    }

    /// <summary>The member; null where it is missing or null.</summary>
    private static JsonElement? Member(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static JsonElement Object(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object ? value : throw OpenAiException.Bad($"'{name}' must be made of objects.", name);

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        JsonValueKind.String => StringOf(value, "body").Length == 0,
        JsonValueKind.Number => value.TryGetDouble(out var number) && number == 0,
        _ => false,
    };

    private static string? Text(JsonElement json, string name) => Member(json, name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => StringOf(value, name),
        _ => throw OpenAiException.Bad($"'{name}' must be a string.", name),
    };

    /// <summary>The text; a lone surrogate (an escape that stands for no character) is refused.</summary>
    private static string StringOf(JsonElement value, string name)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException fault)
        {
            throw OpenAiException.Bad($"'{name}' is not valid text: {fault.Message}", name);
        }
    }

    private static bool Flag(JsonElement json, string name) => Member(json, name)?.ValueKind switch
    {
        null or JsonValueKind.False => false,
        JsonValueKind.True => true,
        _ => throw OpenAiException.Bad($"'{name}' must be true or false.", name),
    };

    private static double Number(JsonElement value, string name, double min, double max) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= min && number <= max
            ? number
            : throw OpenAiException.Bad($"'{name}' must be a number from {min} to {max}.", name);

    private static long Integer(JsonElement value, string name, long min, long max) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= min && number <= max
            ? number
            : throw OpenAiException.Bad($"'{name}' must be an integer from {min} to {max}.", name);
}
