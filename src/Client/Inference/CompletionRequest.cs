using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SwarmCompute.Client.Inference;

/// <summary>A prompt and how to continue it. Give <see cref="Prompt"/> or <see cref="Messages"/>, not both.</summary>
public sealed record CompletionRequest
{
    /// <summary>Text to continue; null where <see cref="Messages"/> are given.</summary>
    public string? Prompt { get; init; }

    /// <summary>A conversation to answer; empty where <see cref="Prompt"/> is given.</summary>
    public ImmutableArray<ChatMessage> Messages { get; init; } = [];

    /// <summary>The most tokens to generate. Default 128; from 1.</summary>
    public int TokensMax { get; init; } = 128;

    /// <summary>0 (the default) picks the likeliest token every time; up to 2.</summary>
    public double Temperature { get; init; }

    /// <summary>The nucleus, 0 to 1; 1 (the default) cuts nothing.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>The seed of the sampler; null leaves it to the head.</summary>
    public long? Seed { get; init; }

    internal string Path => Messages.IsEmpty ? "/v1/completions" : "/v1/chat/completions";

    /// <summary>The request's body, asking for the rest after the tokens that the client has.</summary>
    internal byte[] ToJson(IReadOnlyCollection<int> resume)
    {
        if (Prompt is null == Messages.IsEmpty) throw new ArgumentException("Give a prompt or messages, one of the two.");
        var body = new JsonObject { ["model"] = "swarm", ["max_tokens"] = TokensMax, ["temperature"] = Temperature, ["top_p"] = TopP, ["stream"] = true };
        if (Prompt is not null) body["prompt"] = Prompt;
        else body["messages"] = new JsonArray([.. Messages.Select(m => new JsonObject { ["role"] = m.Role, ["content"] = m.Content })]);
        if (Seed is { } seed) body["seed"] = seed;
        if (resume.Count > 0) body["swarm"] = new JsonObject { ["resume_tokens"] = new JsonArray([.. resume.Select(id => JsonValue.Create(id))]) };
        return JsonSerializer.SerializeToUtf8Bytes(body);
    }
}
