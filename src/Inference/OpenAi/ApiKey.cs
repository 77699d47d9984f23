namespace SwarmCompute.Inference;

/// <summary>A key of clients, and what is left of its limits.</summary>
internal sealed class ApiKey(ApiKeyTerms terms, TimeProvider time)
{
    private readonly Lock _gate = new();
    private int _answers;

    public string Name => terms.Name;

    public RateBucket Requests { get; } = new(terms.RequestsPerMinute, time);

    public RateBucket Tokens { get; } = new(terms.TokensPerMinute, time);

    /// <summary>Begins an answer where all limits allow it.</summary>
    /// <param name="wait">How long to wait, where not.</param>
    /// <returns>What is at its limit; null where the answer was begun.</returns>
    public string? TryBegin(out TimeSpan wait)
    {
        lock (_gate)
        {
            (var limit, wait) = Requests.UntilNext > TimeSpan.Zero ? ("requests per minute", Requests.UntilNext)
                : Tokens.UntilNext > TimeSpan.Zero ? ("tokens per minute", Tokens.UntilNext)
                : _answers >= terms.Answers ? ("answers at once", TimeSpan.FromSeconds(1))
                : ((string?)null, TimeSpan.Zero);
            if (limit is not null) return limit;
            Requests.Charge(1);
            _answers++;
            return null;
        }
    }

    public void EndAnswer()
    {
        lock (_gate) _answers--;
    }
}
