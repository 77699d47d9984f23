using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace SwarmCompute.Inference;

/// <summary>
/// Reads the requests of the OpenAI API. What this server cannot do (tools, audio, <c>suffix</c>) is refused by name rather than
/// left aside; fields that do not change the answer are left aside.
/// </summary>
internal sealed partial class OpenAiRequestReader(OpenAiModel model)
{
    /// <summary>Tokens of a completion where the request does not say: as the OpenAI API has it. A chat takes what fits.</summary>
    public const int CompletionTokensDefault = 16;

    private const int StopsMax = 4, StopLengthMax = 256, MessagesMax = 1024, BestOfMax = 20, BiasesMax = 1024;

    private static readonly JsonDocumentOptions Bounds = new() { MaxDepth = 80, AllowDuplicateProperties = false };

    /// <exception cref="OpenAiException">The request is not well formed, or asks for something that this server cannot do.</exception>
    public OpenAiRequest Read(ReadOnlyMemory<byte> body, bool chat)
    {
        using var document = Parse(body);
        var json = Named(document.RootElement);
        RefuseWhatIsNotDone(json, chat);
        var choices = Member(json, "n") is { } n ? (int)Integer(n, "n", 1, AnswerEvent.ChoicesMax) : 1;
        var request = new OpenAiRequest
        {
            IsChat = chat,
            TokensMax = TokensMax(json, chat),
            Sampling = Sampling(json),
            Stop = Stops(json),
            Resume = Resume(json),
            Choices = choices,
            Generated = Generated(json, choices),
            Echo = Flag(json, "echo"),
            Logprobs = chat ? ChatLogprobs(json) : Member(json, "logprobs") is { } logprobs ? (int)Integer(logprobs, "logprobs", 0, 5) : null,
            Grammar = Grammar(json),
            Stream = Flag(json, "stream"),
            StreamUsage = Member(json, "stream_options") is { } options && Flag(Object(options, "stream_options"), "include_usage"),
        };
        if (request.Generated > 1 && !request.Resume.IsEmpty)
            throw OpenAiException.Bad("'swarm.resume_tokens' is for one answer; leave out 'n' and 'best_of', or go on with Last-Event-ID.", "swarm.resume_tokens");
        if (request is { Echo: true, Logprobs: not null })
            throw OpenAiException.Bad("'echo' goes without 'logprobs': those of the prompt's tokens are not known; leave one of the two out.", "echo", "unsupported_value");
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

    /// <summary>The body, which must be an object that names this model.</summary>
    private JsonElement Named(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object) throw OpenAiException.Bad("The body must be a JSON object.", null);
        var name = Text(json, "model") ?? throw OpenAiException.Bad("'model' is required.", "model", "missing_required_parameter");
        return model.IsNamed(name) ? json : throw OpenAiException.NoModel(name.Length > 128 ? name[..128] : name);
    }

    private static void RefuseWhatIsNotDone(JsonElement json, bool chat)
    {
        foreach (var name in (string[])["tools", "functions", "suffix", "audio"])
            if (Member(json, name) is { } value && !IsEmpty(value)) throw OpenAiException.Bad($"'{name}' is not supported.", name, "unsupported_parameter");
        if (!chat) return;
        if (Flag(json, "echo")) throw OpenAiException.Bad("'echo' is for completions.", "echo", "unsupported_parameter");
        if (Member(json, "best_of") is { } best && Integer(best, "best_of", 1, BestOfMax) != 1) throw OpenAiException.Bad("'best_of' is for completions.", "best_of", "unsupported_parameter");
    }

    private static int Generated(JsonElement json, int choices)
    {
        var generated = Member(json, "best_of") is { } best ? (int)Integer(best, "best_of", 1, BestOfMax) : choices;
        if (generated < choices) throw OpenAiException.Bad($"'best_of' must be at least 'n', which is {choices}.", "best_of");
        if (generated > choices && Flag(json, "stream"))
            throw OpenAiException.Bad("'best_of' cannot be streamed: which answers are best is known when all are over; leave one of the two out.", "best_of", "unsupported_value");
        return generated;
    }

    private int? TokensMax(JsonElement json, bool chat)
    {
        var name = chat && Member(json, "max_completion_tokens") is not null ? "max_completion_tokens" : "max_tokens";
        if (Member(json, name) is { } value) return (int)Integer(value, name, 1, model.Head.ContextTokens);
        return chat ? null : CompletionTokensDefault;
    }

    private SamplingOptions Sampling(JsonElement json) => new()
    {
        Temperature = NumberOr(json, "temperature", 0, 2, 0),
        TopP = Math.Max(NumberOr(json, "top_p", 0, 1, 1), 1e-9),
        TopK = Member(json, "top_k") is { } topK ? (int)Integer(topK, "top_k", 0, int.MaxValue) : 0,
        MinP = NumberOr(json, "min_p", 0, 1, 0),
        RepeatPenalty = NumberOr(json, "repeat_penalty", 0.01, 10, 1),
        RepeatLastN = Member(json, "repeat_last_n") is { } last ? (int)Integer(last, "repeat_last_n", 0, 65_536) : 64,
        PresencePenalty = NumberOr(json, "presence_penalty", -2, 2, 0),
        FrequencyPenalty = NumberOr(json, "frequency_penalty", -2, 2, 0),
        LogitBias = LogitBias(json),
        Seed = Member(json, "seed") is { } seed ? unchecked((ulong)Integer(seed, "seed", long.MinValue, long.MaxValue)) : 0,
    };

    private ImmutableDictionary<int, double> LogitBias(JsonElement json)
    {
        if (Member(json, "logit_bias") is not { } biases) return ImmutableDictionary<int, double>.Empty;
        var members = Object(biases, "logit_bias").EnumerateObject().ToList();
        if (members.Count > BiasesMax) throw OpenAiException.Bad($"'logit_bias' must have at most {BiasesMax} tokens.", "logit_bias");
        var bias = ImmutableDictionary.CreateBuilder<int, double>();
        foreach (var member in members)
        {
            if (!int.TryParse(member.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var token) || token >= model.Tokenizer.VocabularySize)
                throw OpenAiException.Bad($"'logit_bias' must be by tokens from 0 to {model.Tokenizer.VocabularySize - 1}.", "logit_bias");
            bias[token] = Number(member.Value, "logit_bias", -100, 100);
        }
        return bias.ToImmutable();
    }

    private static int? ChatLogprobs(JsonElement json)
    {
        var top = Member(json, "top_logprobs") is { } value ? (int)Integer(value, "top_logprobs", 0, 20) : 0;
        if (Flag(json, "logprobs")) return top;
        return top == 0 ? null : throw OpenAiException.Bad("'top_logprobs' needs 'logprobs' to be true.", "top_logprobs");
    }

    private TokenGrammar? Grammar(JsonElement json)
    {
        var format = Member(json, "response_format") is { } value ? Object(value, "response_format") : (JsonElement?)null;
        var type = format is { } f ? Text(f, "type") : "text";
        var grammar = Text(json, "grammar");
        var name = grammar is null ? "response_format" : "grammar";
        if (grammar is not null && type != "text") throw OpenAiException.Bad("'grammar' is not for use beside a 'response_format' other than text.", name);
        try
        {
            var text = (type, grammar) switch
            {
                ("text", _) => grammar,
                ("json_object", _) => JsonSchemaGrammar.AnyObject,
                ("json_schema", _) => JsonSchemaGrammar.Of(Schema(format!.Value)),
                _ => throw OpenAiException.Bad("'response_format' must be of type text, json_object or json_schema.", name, "unsupported_value"),
            };
            if (text is null) return null;
            var tokens = new TokenGrammar(Inference.Grammar.Parse(text), model.Tokenizer);
            tokens.Start();                                                  // too ambiguous a beginning is refused before anything is generated
            return tokens;
        }
        catch (GrammarException fault)
        {
            throw OpenAiException.Bad(fault.Message, name, "invalid_grammar");
        }
        catch (InvalidOperationException fault)
        {
            throw OpenAiException.Bad($"'{name}' is not valid text: {fault.Message}", name);
        }
    }

    private static JsonElement Schema(JsonElement format) =>
        Member(format, "json_schema") is { } named && Member(Object(named, "response_format"), "schema") is { } schema
            ? schema
            : throw OpenAiException.Bad("'response_format.json_schema.schema' is required.", "response_format", "missing_required_parameter");

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
}
