namespace SwarmCompute.Trainer;

/// <summary>A command line that cannot be run; the message says which part.</summary>
internal sealed class UsageException(string message) : Exception(message);
