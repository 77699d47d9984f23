namespace SwarmCompute.Fuzz;

/// <summary>What a campaign on one target did.</summary>
/// <param name="Executions">How many inputs were read.</param>
/// <param name="Accepted">How many of them the parser accepted.</param>
/// <param name="Edges">How many branches were seen; 0 without instrumentation.</param>
/// <param name="Corpus">How many inputs are kept as ways to new branches.</param>
/// <param name="Fault">What was found; null where nothing was.</param>
/// <param name="Input">The input that shows it.</param>
internal sealed record FuzzResult(long Executions, long Accepted, int Edges, int Corpus, InputFault? Fault, byte[]? Input);
