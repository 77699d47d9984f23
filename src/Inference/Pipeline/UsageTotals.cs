using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>What the answers that ended used, together and one by one.</summary>
/// <param name="Completions">How many ended, broken off ones included.</param>
/// <param name="PromptTokens">Tokens of their prompts.</param>
/// <param name="CompletionTokens">Tokens that were generated and served for them.</param>
/// <param name="Listed">The first <see cref="UsageMeter.ListedMax"/> of them.</param>
public sealed record UsageTotals(long Completions, long PromptTokens, long CompletionTokens, ImmutableArray<CompletionUsage> Listed);
