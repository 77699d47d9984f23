namespace SwarmCompute.Inference;

/// <summary>What one answer used.</summary>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CompletionTokens">Tokens that this head generated and served; resumed ones and the one that ends the answer are not counted.</param>
/// <param name="ResumedTokens">Tokens of the answer that the client already had.</param>
/// <param name="PromptHash">SHA-256 of the prompt's tokens, each as int32, little-endian.</param>
/// <param name="OutputHash">The same of the whole answer so far, resumed tokens first.</param>
public sealed record CompletionUsage(int PromptTokens, int CompletionTokens, int ResumedTokens, Hash32 PromptHash, Hash32 OutputHash);
