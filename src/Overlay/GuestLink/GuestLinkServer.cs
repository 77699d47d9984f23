using SwarmCompute.Attestation;

namespace SwarmCompute.Overlay.GuestLink;

/// <summary>The node agent's end of the link to one guest.</summary>
public sealed class GuestLinkServer : IAsyncDisposable
{
    private readonly OverlayConnection _connection;

    /// <summary>Takes a link that a listener accepted.</summary>
    /// <remarks>Start the listener with <see cref="OverlayLimits.GuestLinkFrameBytesMax"/>.</remarks>
    /// <exception cref="OverlayException">The peer is no guest; the link is the caller's to dispose.</exception>
    public GuestLinkServer(OverlayConnection connection)
    {
        Guest = connection.Peer as SwarmIdentity.Guest ?? throw new OverlayException($"{connection.Peer} is not a guest.");
        _connection = connection;
    }

    /// <summary>Who the guest's certificate says it is.</summary>
    public SwarmIdentity.Guest Guest { get; }

    /// <summary>The certificate that the guest presented: its <see cref="GuestMessage.Hello"/> must name this one.</summary>
    public ReadOnlyMemory<byte> CertificateDer => _connection.PeerCertificate.RawDataMemory;

    /// <summary>Tells the guest.</summary>
    /// <exception cref="OverlayException">The link is broken, or the message is too long.</exception>
    public ValueTask Send(SiloMessage message, CancellationToken cancel) => _connection.Send(GuestLinkProtocol.Encode(message), cancel);

    /// <summary>Waits for the next message; null once the guest has ended the link.</summary>
    /// <exception cref="OverlayException">The link is broken, or carried something that is not a message.</exception>
    public async ValueTask<GuestMessage?> Receive(CancellationToken cancel)
    {
        using var frame = await _connection.Receive(cancel);
        return frame is null ? null : GuestLinkProtocol.DecodeGuest(frame.Memory);
    }

    /// <summary>Ends the link.</summary>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
