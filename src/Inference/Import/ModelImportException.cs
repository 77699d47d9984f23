namespace SwarmCompute.Inference;

/// <summary>A model cannot be imported. The message is one clear line: what, where, why, what to do.</summary>
public sealed class ModelImportException : Exception
{
    /// <summary>An exception that says no more than that the import failed.</summary>
    public ModelImportException() : base("The model cannot be imported.") { }

    /// <summary>What is wrong, where, what to do.</summary>
    public ModelImportException(string message) : base(message) { }

    /// <summary>What is wrong, where, what to do; and what it came from.</summary>
    public ModelImportException(string message, Exception innerException) : base(message, innerException) { }
}
