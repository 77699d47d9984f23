namespace SwarmCompute.Silo;

/// <summary>The silo cannot start; each fault is one line that names the cause and the cure.</summary>
public sealed class SiloStartException : Exception
{
    /// <summary>One fault.</summary>
    public SiloStartException(string fault) : this([fault]) { }

    /// <summary>One fault, and what it came from.</summary>
    public SiloStartException(string fault, Exception inner) : base(fault, inner) { }

    /// <summary>Several faults.</summary>
    public SiloStartException(IEnumerable<string> faults) : base(string.Join(" ", faults)) { }
}
