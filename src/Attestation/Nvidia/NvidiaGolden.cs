using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>One active measurement of a manifest.</summary>
/// <param name="Index">Which block, from zero: one less than the report's index.</param>
/// <param name="Size">Bytes of the block's value.</param>
/// <param name="Hashes">The values that are right, any of them.</param>
internal sealed record NvidiaGolden(int Index, int Size, ImmutableArray<byte[]> Hashes);
