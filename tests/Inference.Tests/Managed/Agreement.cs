namespace SwarmCompute.Inference.Tests;

/// <summary>Compares the results of two engines that round differently.</summary>
internal static class Agreement
{
    /// <summary>The same best tokens, and the same logits within a tolerance, for every token that both name among their best.</summary>
    public static void AssertClose(IReadOnlyList<Candidates> expected, IReadOnlyList<Candidates> actual, double tolerance)
    {
        Assert.Equal(expected.Select(candidates => candidates.Tokens[0]), actual.Select(candidates => candidates.Tokens[0]));
        Assert.InRange(expected.Zip(actual, Distance).Max(), 0, tolerance);
    }

    /// <summary>The greatest difference of the logits of one token.</summary>
    public static double Distance(Candidates expected, Candidates actual)
    {
        var logits = actual.Tokens.Zip(actual.Logits).ToDictionary();
        var shared = expected.Tokens.Where(logits.ContainsKey).ToList();
        Assert.True(shared.Count > expected.Tokens.Length * 9 / 10, "the engines must name the same candidates");
        return shared.Max(token => Math.Abs(expected.Logits[expected.Tokens.IndexOf(token)] - logits[token]));
    }
}
