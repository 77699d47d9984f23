namespace SwarmCompute.Vault;

/// <summary>An asset cannot be had; the message is one clear line.</summary>
public sealed class AssetException : Exception
{
    /// <summary>An unknown fault.</summary>
    public AssetException() : base("The asset cannot be had.") { }

    /// <summary>A fault with a line that says what and where.</summary>
    public AssetException(string message) : base(message) { }

    /// <summary>A fault with its cause.</summary>
    public AssetException(string message, Exception innerException) : base(message, innerException) { }

    /// <summary>A fault of a known kind.</summary>
    public AssetException(AssetFault fault, string message) : base(message) => Fault = fault;

    /// <summary>The kind of fault.</summary>
    public AssetFault Fault { get; }
}
