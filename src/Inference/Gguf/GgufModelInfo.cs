namespace SwarmCompute.Inference;

/// <summary>What a person wants to know of a model's file.</summary>
/// <param name="Architecture">As in general.architecture: "llama", "qwen3".</param>
/// <param name="Name">As in general.name; the file's name where that is missing.</param>
/// <param name="Layers">Layers, of which stages are made.</param>
/// <param name="EmbeddingLength">Floats in a hidden state.</param>
/// <param name="ContextTokens">Tokens that the model was trained for.</param>
/// <param name="VocabularySize">Tokens that it knows.</param>
/// <param name="FileBytes">Length of the file.</param>
/// <param name="Sha256">Hash of the file, where it was computed.</param>
public sealed record GgufModelInfo(
    string Architecture, string Name, int Layers, int EmbeddingLength, int ContextTokens, int VocabularySize, long FileBytes, Hash32? Sha256);
