namespace SwarmCompute.Guest;

/// <summary>The guest, or the authority, cannot do its work. The message is one clear line.</summary>
public sealed class GuestException : Exception
{
    /// <summary>No reason is known.</summary>
    public GuestException() : base("The guest cannot do its work.") { }

    /// <summary>Says why.</summary>
    public GuestException(string message) : base(message) { }

    /// <summary>Says why, and keeps what caused it.</summary>
    public GuestException(string message, Exception innerException) : base(message, innerException) { }

    /// <summary>Whether the same may succeed later without anybody's doing.</summary>
    public bool IsTransient { get; init; }
}
