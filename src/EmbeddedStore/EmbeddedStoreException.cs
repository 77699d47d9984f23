namespace SwarmCompute;

/// <summary>The embedded store cannot start; the message is one line that names the cause and the cure.</summary>
public sealed class EmbeddedStoreException : Exception
{
    /// <summary>States the cause in one line.</summary>
    public EmbeddedStoreException(string message) : base(message) { }

    /// <summary>States the cause in one line, and keeps what it came from.</summary>
    public EmbeddedStoreException(string message, Exception inner) : base(message, inner) { }
}
