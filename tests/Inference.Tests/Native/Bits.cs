namespace SwarmCompute.Inference.Tests;

/// <summary>Compares results bit by bit.</summary>
internal static class Bits
{
    public static void AssertSame(IReadOnlyList<Candidates> expected, IReadOnlyList<Candidates> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        foreach (var (one, other) in expected.Zip(actual)) AssertSame(one, other);
    }

    public static void AssertSame(Candidates expected, Candidates actual)
    {
        Assert.Equal(expected.Tokens, actual.Tokens);
        Assert.Equal(expected.Logits.Select(BitConverter.SingleToInt32Bits), actual.Logits.Select(BitConverter.SingleToInt32Bits));
        Assert.Equal(BitConverter.SingleToInt32Bits(expected.LogSumExp), BitConverter.SingleToInt32Bits(actual.LogSumExp));
    }
}
