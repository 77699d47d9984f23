namespace SwarmCompute.Cvm;

/// <summary>A CVM cannot be started; the message is one line that names the cause.</summary>
public sealed class CvmException : Exception
{
    /// <summary>States the cause in one line.</summary>
    public CvmException(string message) : base(message) { }

    /// <summary>States the cause in one line, and keeps what it came from.</summary>
    public CvmException(string message, Exception inner) : base(message, inner) { }
}
