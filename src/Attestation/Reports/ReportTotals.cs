namespace SwarmCompute.Attestation;

/// <summary>Sums over everything, also over what a report no longer lists one by one.</summary>
/// <param name="Stages">Guests that took part.</param>
/// <param name="Completions">Answers that were served.</param>
/// <param name="PromptTokens">Tokens of all prompts.</param>
/// <param name="CompletionTokens">Tokens of all answers that were generated and sent.</param>
public sealed record ReportTotals(long Stages, long Completions, long PromptTokens, long CompletionTokens);
