using System.Collections.Immutable;

namespace SwarmCompute.Client.Demo;

/// <summary>An answer that came through a kill.</summary>
/// <param name="Tokens">The tokens, in order.</param>
/// <param name="Text">Their text.</param>
/// <param name="Gap">The longest wait between two of them.</param>
/// <param name="Killed">What was killed, and when.</param>
internal sealed record SurvivalResult(ImmutableArray<int> Tokens, string Text, TimeSpan Gap, KilledSilo Killed);
