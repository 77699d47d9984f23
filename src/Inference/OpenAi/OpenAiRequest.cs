using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>A request of the OpenAI API, checked: what is to be generated, and how it is to be told.</summary>
internal sealed record OpenAiRequest
{
    public required bool IsChat { get; init; }

    /// <summary>The prompt's text; null where tokens were given.</summary>
    public string? Prompt { get; init; }

    /// <summary>The prompt's tokens, where they were given themselves.</summary>
    public ImmutableArray<int> PromptTokens { get; init; } = [];

    /// <summary>The conversation, for chats.</summary>
    public ImmutableArray<ChatTurn> Messages { get; init; } = [];

    /// <summary>Null: as many as fit.</summary>
    public int? TokensMax { get; init; }

    public required SamplingOptions Sampling { get; init; }

    public ImmutableArray<string> Stop { get; init; } = [];

    public ImmutableArray<int> Resume { get; init; } = [];

    /// <summary>How many answers: 1 to 8.</summary>
    public int Choices { get; init; } = 1;

    /// <summary>How many answers are generated, of which the best <see cref="Choices"/> are told: as many or more, to 20.</summary>
    public int Generated { get; init; } = 1;

    /// <summary>Whether the prompt's text is told before each answer.</summary>
    public bool Echo { get; init; }

    /// <summary>How many of the likeliest candidates to tell for each token, 0 to 20; null: no log probabilities at all.</summary>
    public int? Logprobs { get; init; }

    /// <summary>What the answer must be; null: anything.</summary>
    public TokenGrammar? Grammar { get; init; }

    /// <summary>The key that it came with; null: keys are off.</summary>
    public string? KeyName { get; init; }

    public bool Stream { get; init; }

    public bool StreamUsage { get; init; }
}
