using System.Collections.Immutable;

namespace SwarmCompute.Overlay.WireGuard;

/// <summary>A WireGuard interface of this guest. Disposing removes the interface and zeroes its private key.</summary>
public interface IWireGuardDevice : IAsyncDisposable
{
    /// <summary>The interface's name.</summary>
    string InterfaceName { get; }

    /// <summary>What moves its packets: "kernel" or "wireguard-go".</summary>
    string Kind { get; }

    /// <summary>The public key of the device's private key.</summary>
    WireGuardPublicKey PublicKey { get; }

    /// <summary>
    /// Makes the device be as described, and brings it up. Peers that stay keep their sessions; others are removed at once. A fault does not
    /// take the wish back: a device that comes back by itself comes back as last described.
    /// </summary>
    /// <exception cref="OverlayException">The device, or a command, refused or did not answer in time.</exception>
    Task Apply(WireGuardConfiguration configuration, CancellationToken cancel);

    /// <summary>How its peers are.</summary>
    /// <exception cref="OverlayException">The device did not answer in time, or with something that is no answer.</exception>
    Task<ImmutableArray<WireGuardPeerStatus>> Read(CancellationToken cancel);
}
