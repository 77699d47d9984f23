namespace SwarmCompute.Inference;

/// <summary>One request under a key: what it uses is charged to the key's limits. Disposed at the request's end.</summary>
internal sealed class ApiKeyUse(ApiKey key) : IDisposable
{
    private int _over;

    /// <summary>The key's name: only its own requests begin with each other's tokens.</summary>
    public string KeyName => key.Name;

    /// <summary>Charges tokens, of the prompt or of an answer.</summary>
    public void Charge(int tokens) => key.Tokens.Charge(tokens);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _over, 1) == 0) key.EndAnswer();
    }
}
