namespace SwarmCompute.Silo.Configuration;

/// <summary>Section <c>Cluster</c>: which cluster this silo joins, and its ports there.</summary>
public sealed class SiloClusterOptions
{
    /// <summary>Silos of one cluster id find each other; 1 to 64 letters, digits and hyphens. Default <c>swarm</c>.</summary>
    public string ClusterId { get; set; } = "swarm";

    /// <summary>Names the state in the store, across clusters; 1 to 64 letters, digits and hyphens. Default <c>swarm</c>.</summary>
    public string ServiceId { get; set; } = "swarm";

    /// <summary>The port for other silos, 1 to 65535; default 11111.</summary>
    public int SiloPort { get; set; } = 11111;

    /// <summary>The port for Orleans clients, 1 to 65535, or 0, the default, for none: the swarm's own clients use the web API.</summary>
    public int GatewayPort { get; set; }
}
