namespace SwarmCompute.Client.Cli;

/// <summary>A command that cannot go on. The message is the one line that the person sees: what is wrong, and what to do.</summary>
internal sealed class CommandException(string message, Exception? inner = null) : Exception(message, inner);
