namespace SwarmCompute.Fuzz;

/// <summary>What is wrong with how a parser took an input.</summary>
/// <param name="Kind">A word that does not change: <c>exception</c>, <c>time</c>, <c>memory</c>, <c>unstable</c>.</param>
/// <param name="Detail">The same in one line.</param>
internal sealed record InputFault(string Kind, string Detail);
