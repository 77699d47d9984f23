namespace SwarmCompute.Silo.Configuration;

/// <summary>Section <c>Node</c>: the server that this silo stands on.</summary>
public sealed class SiloNodeOptions
{
    /// <summary>The node's name in the swarm, as in its certificate: 1 to 63 lower-case letters, digits and hyphens. No default.</summary>
    public string Id { get; set; } = "";

    /// <summary>How many guests it runs at once, 0 to 64; default 1. A node with 0 slots coordinates only.</summary>
    public int Slots { get; set; } = 1;

    /// <summary>The node's compute offer in the OfferBook contract, from 1; its owner must be the account of <c>Chain:AccountKeyFile</c>. No default where there are slots.</summary>
    public ulong Offer { get; set; }

    /// <summary>Memory that its guests may have together, in MiB, 0 to 2^30; 0, the default, is seven eighths of what the machine lets this process have.</summary>
    public int MemoryMiB { get; set; }

    /// <summary>The IP address that other silos, guests and clients reach this machine at, and that is listened on; default 127.0.0.1.</summary>
    public string AdvertisedAddress { get; set; } = "127.0.0.1";
}
