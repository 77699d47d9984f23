namespace SwarmCompute.Attestation.Tests;

public sealed class CcaMutationTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1, 399UL, false)]
    [InlineData(2, 907UL, true)]
    public void No_mutant_of_a_token_is_accepted_and_none_throws(int seed, ulong tag, bool draft)
    {
        using var mint = new CcaMint { Tag = tag, Draft = draft };
        var token = mint.Token();
        var keys = mint.Keys;
        var random = new Random(seed);
        for (var i = 0; i < 10_000; i++)
        {
            var mutant = Mutants.Of(token, random);
            var result = CcaVerifier.Verify(mutant, keys, At, new(Challenge: null));
            Assert.True(result.Verdict == Verdict.Refused, $"seed {seed}, mutant {i}: {Convert.ToHexString(mutant)}");
        }
    }
}
