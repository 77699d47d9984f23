namespace SwarmCompute.Bench;

/// <summary>The wait for the one token that a killed stage holds up, and its parts, in milliseconds.</summary>
/// <param name="TotalMs">From the token before to this one.</param>
/// <param name="DetectionMs">From the kill until the neighbour said that the stage is lost.</param>
/// <param name="TakeoverMs">Until the spare had its certificate and its place, and every stage the new map.</param>
/// <param name="ReplayMs">Until the token: links, the replay, and the token itself.</param>
internal sealed record Stall(double TotalMs, double DetectionMs, double TakeoverMs, double ReplayMs);
