namespace SwarmCompute.Overlay;

/// <summary>A link could not be made, or broke. The message says why in one line.</summary>
public sealed class OverlayException : Exception
{
    /// <summary>Says why.</summary>
    public OverlayException(string message) : base(message) { }

    /// <summary>Says why, and keeps what caused it.</summary>
    public OverlayException(string message, Exception inner) : base(message, inner) { }

    /// <summary>No reason is known.</summary>
    public OverlayException() : base("The link broke.") { }
}
