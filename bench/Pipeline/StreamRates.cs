namespace SwarmCompute.Bench;

/// <summary>How fast one stream is: tokens a second.</summary>
internal sealed record StreamRates(Measured Decode, Measured Prefill)
{
    public static StreamRates Of(IReadOnlyCollection<StageAnswer> answers, int promptTokens) =>
        new(Measured.Of([.. answers.Select(a => a.DecodeRate())]), Measured.Of([.. answers.Select(a => a.PrefillRate(promptTokens))]));
}
