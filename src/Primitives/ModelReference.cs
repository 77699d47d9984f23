namespace SwarmCompute;

/// <summary>Names a model file by its content.</summary>
/// <param name="Sha256">SHA-256 of the whole GGUF file.</param>
/// <param name="SizeBytes">Its size, 1 to 2^53 - 1 bytes.</param>
public sealed record ModelReference(Hash32 Sha256, long SizeBytes);
