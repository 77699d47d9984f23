namespace SwarmCompute.Silo.Configuration;

/// <summary>Section <c>Authority</c>: the service that certifies guests.</summary>
public sealed class SiloAuthorityOptions
{
    /// <summary>Where guests reach it: HOST:PORT. No default where the node has slots.</summary>
    public string Endpoint { get; set; } = "";
}
