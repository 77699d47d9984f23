using CsCheck;

namespace SwarmCompute.Inference.Tests;

public sealed class CandidateSelectionTests
{
    [Fact]
    public void The_best_come_first_and_equals_by_id() =>
        Gen.Int[-20, 20].Select(x => x / 4f).Array[1, 600].Sample(logits =>
        {
            var expected = logits.Select((logit, token) => (logit, token)).OrderByDescending(pair => pair.logit).ThenBy(pair => pair.token).Take(Candidates.CountMax);
            var best = CandidateSelection.Best(logits);
            Assert.Equal(expected.Select(pair => pair.token), best.Tokens);
            Assert.Equal(expected.Select(pair => pair.logit), best.Logits);
        });

    [Fact]
    public void Log_sum_exp_is_over_the_whole_vocabulary() =>
        Gen.Float[-30, 30].Array[1, 2000].Sample(logits =>
            Assert.Equal(Math.Log(logits.Sum(logit => Math.Exp(logit))), CandidateSelection.Best(logits).LogSumExp, 3e-5 * 40));

    [Fact]
    public void A_logit_that_is_not_a_number_is_an_error()
    {
        Assert.Throws<InferenceException>(() => CandidateSelection.Best([1f, float.NaN]));
        Assert.Throws<InferenceException>(() => CandidateSelection.Best([1f, float.PositiveInfinity]));
        Assert.Throws<InferenceException>(() => CandidateSelection.Best([float.NegativeInfinity]));
    }
}
