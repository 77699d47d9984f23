using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>A request for embeddings, checked.</summary>
/// <param name="Inputs">The tokens of each text, in the order of the request.</param>
/// <param name="IsBase64">Whether each vector is told as base64 of its floats, little-endian, instead of as a list of numbers.</param>
internal sealed record OpenAiEmbeddingRequest(ImmutableArray<ImmutableArray<int>> Inputs, bool IsBase64)
{
    public int PromptTokens => Inputs.Sum(input => input.Length);
}
