namespace SwarmCompute.Silo.Configuration;

/// <summary>Section <c>Guest</c>: what runs on this node. Needed where the node has slots.</summary>
public sealed class SiloGuestOptions
{
    /// <summary>The guest's executable. No default.</summary>
    public string Executable { get; set; } = "";

    /// <summary>The folder of model files, each named by its SHA-256. No default.</summary>
    public string AssetDirectory { get; set; } = "";

    /// <summary>Where guests work and log, in a folder of the node's name. No default.</summary>
    public string WorkDirectory { get; set; } = "";

    /// <summary>The folder of the inference engine's libraries. No default.</summary>
    public string NativeLibraryDirectory { get; set; } = "";

    /// <summary>The IP address that guests listen on; default 127.0.0.1.</summary>
    public string ListenAddress { get; set; } = "127.0.0.1";

    /// <summary>The port on which guests reach this silo, 1 to 65535; 0, the default, takes a free one.</summary>
    public int LinkPort { get; set; }
}
