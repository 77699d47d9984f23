namespace SwarmCompute.Guest.Collection;

/// <summary>A call of the kernel's evidence interface failed.</summary>
/// <param name="fault">Why.</param>
/// <param name="message">What failed, in one line.</param>
/// <param name="innerException">What caused it; null where nothing did.</param>
internal sealed class TsmException(TsmFault fault, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Why.</summary>
    public TsmFault Fault { get; } = fault;
}
