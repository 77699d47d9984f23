namespace SwarmCompute.Silo.Configuration;

/// <summary>Section <c>Web</c>: the HTTPS API.</summary>
public sealed class SiloWebOptions
{
    /// <summary>The port, 1 to 65535; 0, the default, takes a free one.</summary>
    public int Port { get; set; }
}
