namespace SwarmCompute.Inference;

/// <summary>A file is not a model that can be run here. The message is one clear line: what, where in the file, what to do.</summary>
public sealed class InvalidGgufException : Exception
{
    /// <summary>An exception that says no more than that the file is not a usable GGUF file.</summary>
    public InvalidGgufException() : base("The file is not a usable GGUF file.") { }

    /// <summary>What is wrong, where, what to do.</summary>
    public InvalidGgufException(string message) : base(message) { }

    /// <summary>What is wrong, where, what to do; and what it came from.</summary>
    public InvalidGgufException(string message, Exception innerException) : base(message, innerException) { }
}
