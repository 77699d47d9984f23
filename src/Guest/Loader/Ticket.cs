using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Guest.Loader;

/// <summary>What the node agent tells a new guest. None of it is believed further than it can be checked.</summary>
public sealed record Ticket
{
    /// <summary>The lease that the guest is to hold.</summary>
    public required LeaseId Lease { get; init; }

    /// <summary>The lease's fencing number.</summary>
    public required LeaseEpoch Epoch { get; init; }

    /// <summary>The account that is paid for the lease.</summary>
    public required Address Provider { get; init; }

    /// <summary>The compute offer that the lease is taken from.</summary>
    public required OfferId Offer { get; init; }

    /// <summary>The order's chain (EIP-155).</summary>
    public required ulong ChainId { get; init; }

    /// <summary>The order book contract.</summary>
    public required Address OrderBook { get; init; }

    /// <summary>The bytes of the order's manifest.</summary>
    public required byte[] Manifest { get; init; }

    /// <summary>Where the authority listens.</summary>
    public required EndPoint Authority { get; init; }

    /// <summary>The authority's root; its key must be the one that the manifest names.</summary>
    public required X509Certificate2 Root { get; init; }

    /// <summary>Where the node agent takes the guest's link.</summary>
    public required EndPoint Silo { get; init; }

    /// <summary>The node whose agent that is.</summary>
    public required NodeId Node { get; init; }

    /// <summary>Where the assets lie, each named by its hash.</summary>
    public required string AssetDirectory { get; init; }

    /// <summary>Where the guest may write; it leaves nothing there.</summary>
    public required string WorkDirectory { get; init; }

    /// <summary>The address on which the guest listens for its peers and, as the head, for clients.</summary>
    public required IPAddress ListenAddress { get; init; }

    /// <summary>Where the engine's libraries lie.</summary>
    public required string NativeLibraryDirectory { get; init; }
}
