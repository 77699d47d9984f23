namespace SwarmCompute.Attestation;

/// <summary>One answer that was served, without its text.</summary>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CompletionTokens">Tokens that this head generated and sent; these are paid.</param>
/// <param name="PromptHash">SHA-256 of the prompt's token ids as 32-bit little-endian integers.</param>
/// <param name="OutputHash">SHA-256 of all of the answer's token ids, resumed ones first, in the same form.</param>
/// <param name="ResumedTokens">Tokens of the answer that an earlier head had already sent; they are not counted again.</param>
public sealed record ReportCompletion(long PromptTokens, long CompletionTokens, Hash32 PromptHash, Hash32 OutputHash, long ResumedTokens);
