using System.Net;
using SwarmCompute.Attestation;

namespace SwarmCompute.Overlay.GuestLink;

/// <summary>The guest's end of its link to its node agent.</summary>
public sealed class GuestLinkClient : IAsyncDisposable
{
    private readonly OverlayConnection _connection;

    private GuestLinkClient(OverlayConnection connection) => _connection = connection;

    /// <summary>The silo at the other end.</summary>
    public SwarmIdentity.Silo Silo => (SwarmIdentity.Silo)_connection.Peer;

    /// <summary>Dials the node agent.</summary>
    /// <param name="endpoint">Where it listens.</param>
    /// <param name="node">The node that it must be.</param>
    /// <param name="credentials">The guest's certificate.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="OverlayException">It does not answer, refuses, or is someone else.</exception>
    public static async Task<GuestLinkClient> Dial(EndPoint endpoint, NodeId node, OverlayCredentials credentials, TimeProvider time, CancellationToken cancel) =>
        new(await OverlayDialer.Dial(endpoint, credentials, peer => peer is SwarmIdentity.Silo silo && silo.Node == node, time, cancel,
            OverlayLimits.GuestLinkFrameBytesMax));

    /// <summary>Tells the silo.</summary>
    /// <exception cref="OverlayException">The link is broken, or the message is too long.</exception>
    public ValueTask Send(GuestMessage message, CancellationToken cancel) => _connection.Send(GuestLinkProtocol.Encode(message), cancel);

    /// <summary>Waits for the next message; null once the silo has ended the link.</summary>
    /// <exception cref="OverlayException">The link is broken, or carried something that is not a message.</exception>
    public async ValueTask<SiloMessage?> Receive(CancellationToken cancel)
    {
        using var frame = await _connection.Receive(cancel);
        return frame is null ? null : GuestLinkProtocol.DecodeSilo(frame.Memory);
    }

    /// <summary>Ends the link.</summary>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
