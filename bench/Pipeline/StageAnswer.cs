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

    /// <summary>This answer, unless it is refused by <see cref="RequireVaried"/>.</summary>
    public StageAnswer Varied()
    {
        RequireVaried([this]);
        return this;
    }

    /// <summary>Refuses answers that say the same few tokens again and again: that two of those are equal would show nothing.</summary>
    /// <exception cref="InvalidOperationException">Less than an eighth of their tokens are different ones.</exception>
    public static void RequireVaried(IReadOnlyCollection<StageAnswer> answers)
    {
        var tokens = answers.SelectMany(answer => answer.Tokens).ToList();
        var different = tokens.Distinct().Count();
        if (8 * different < tokens.Count) throw new InvalidOperationException($"The model says {different} different tokens in {tokens.Count}: answers cannot be compared.");
    }
}
