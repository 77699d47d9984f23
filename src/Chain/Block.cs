namespace SwarmCompute.Chain;

/// <summary>A block's place in the chain.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Hash">Its hash.</param>
internal sealed record Block(ulong Number, Hash32 Hash);
