namespace SwarmCompute.Inference;

/// <summary>The inference engine could not do what was asked. The message is one clear line: what, why, what to do.</summary>
public sealed class InferenceException : Exception
{
    /// <summary>An exception that says no more than that inference failed.</summary>
    public InferenceException() : base("Inference failed.") { }

    /// <summary>What failed, why, what to do.</summary>
    public InferenceException(string message) : base(message) { }

    /// <summary>What failed, why, what to do; and what it came from.</summary>
    public InferenceException(string message, Exception innerException) : base(message, innerException) { }
}
