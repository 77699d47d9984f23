namespace SwarmCompute.Inference;

/// <summary>A grammar that cannot be read or followed. The message is one clear line.</summary>
public sealed class GrammarException : Exception
{
    /// <summary>A grammar failed.</summary>
    public GrammarException() : base("The grammar cannot be followed.") { }

    /// <summary>What is wrong.</summary>
    public GrammarException(string message) : base(message) { }

    /// <summary>What is wrong, and what it came from.</summary>
    public GrammarException(string message, Exception innerException) : base(message, innerException) { }
}
