using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>What one request used.</summary>
/// <param name="PromptTokens">Tokens of the prompt, counted once and in full.</param>
/// <param name="CachedTokens">Of these the ones that the first answer did not run again.</param>
/// <param name="CompletionTokens">Tokens of all answers.</param>
internal readonly record struct OpenAiUsage(int PromptTokens, int CachedTokens, int CompletionTokens)
{
    public static OpenAiUsage Of(ImmutableArray<OpenAiGeneration> answers) =>
        new(answers[0].PromptTokens, answers[0].CachedTokens, answers.Sum(answer => answer.CompletionTokens));
}
