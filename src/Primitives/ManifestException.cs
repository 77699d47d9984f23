namespace SwarmCompute;

/// <summary>A manifest is refused; the message is one line that names the field, the value and the cure.</summary>
/// <param name="message">The line.</param>
/// <param name="cause">What was thrown below, if anything.</param>
public sealed class ManifestException(string message, Exception? cause = null) : Exception(message, cause);
