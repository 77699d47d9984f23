using System.Diagnostics;

namespace SwarmCompute.Bench;

/// <summary>An answer and when its tokens came.</summary>
/// <param name="Began">When the prompt was given.</param>
/// <param name="Tokens">The tokens.</param>
/// <param name="At">When each came.</param>
internal sealed record StageAnswer(long Began, int[] Tokens, long[] At)
{
    /// <summary>Tokens of the prompt a second, until the first token of the answer.</summary>
    public double PrefillRate(int promptTokens) => promptTokens / Stopwatch.GetElapsedTime(Began, At[0]).TotalSeconds;

    /// <summary>Tokens a second after the first one.</summary>
    public double DecodeRate() => (Tokens.Length - 1) / Stopwatch.GetElapsedTime(At[0], At[^1]).TotalSeconds;

    /// <summary>The wait for each token after the first one.</summary>
    public IEnumerable<double> WaitsMs() => At.Zip(At.Skip(1), (one, next) => Stopwatch.GetElapsedTime(one, next).TotalMilliseconds);

    /// <summary>Refuses an answer that says the same few tokens again and again: that two of those are equal would show nothing.</summary>
    /// <exception cref="InvalidOperationException">Less than an eighth of its tokens are different ones.</exception>
    public StageAnswer Varied() => 8 * Tokens.Distinct().Count() >= Tokens.Length
        ? this
        : throw new InvalidOperationException($"The model says {Tokens.Distinct().Count()} different tokens in {Tokens.Length}: answers cannot be compared.");
}
