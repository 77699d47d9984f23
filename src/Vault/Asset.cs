namespace SwarmCompute.Vault;

/// <summary>Names bytes by what they are.</summary>
/// <param name="Sha256">Their SHA-256.</param>
/// <param name="SizeBytes">How many there are.</param>
public sealed record Asset(Hash32 Sha256, long SizeBytes);
