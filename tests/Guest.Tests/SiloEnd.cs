using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using SwarmCompute.Attestation;
using SwarmCompute.Overlay;
using SwarmCompute.Overlay.GuestLink;

namespace SwarmCompute.Guest.Tests;

/// <summary>A node agent's end of the guest links: takes guests, keeps what they say by lease and epoch, sends heartbeats.</summary>
internal sealed class SiloEnd : IAsyncDisposable
{
    private readonly OverlayListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<SwarmIdentity.Guest, GuestEnd> _guests = new();
    private readonly Task _accepting;

    private SiloEnd(OverlayListener listener)
    {
        _listener = listener;
        _accepting = Accept();
    }

    public IPEndPoint Endpoint => _listener.LocalEndPoint;

    public static SiloEnd Start(CertificateAuthority authority, int port = 0)
    {
        var key = P256.CreateKey();
        var certificate = authority.Issue(new SwarmIdentity.Silo(new NodeId("node-1")), key, TimeSpan.FromHours(1)).CopyWithPrivateKey(key);
        return new SiloEnd(OverlayListener.Start(
            new IPEndPoint(IPAddress.Loopback, port), new OverlayCredentials(certificate, authority.Root), TimeProvider.System, OverlayLimits.GuestLinkFrameBytesMax));
    }

    public GuestEnd Guest(LeaseId lease, uint epoch) => _guests.GetOrAdd(
        new SwarmIdentity.Guest(lease.Order, lease.Slot, new LeaseEpoch(epoch), CertifyCase.Provider), _ => new GuestEnd());

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _listener.DisposeAsync();
        await _accepting;
        _stop.Dispose();
    }

    private async Task Accept()
    {
        var links = new List<Task>();
        try
        {
            await foreach (var connection in _listener.Accept(_stop.Token)) links.Add(Serve(new GuestLinkServer(connection)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(links);
        }
    }

    private async Task Serve(GuestLinkServer link)
    {
        await using var _ = link;
        var guest = Guest(link.Guest.Lease, link.Guest.Epoch.Value);
        guest.Link = link;
        try
        {
            while (await link.Receive(_stop.Token) is { } message) guest.Take(message);
        }
        catch (Exception fault) when (fault is OverlayException or OperationCanceledException)
        {
            guest.Broken = fault.Message;
        }
    }
}

/// <summary>What one guest has said.</summary>
internal sealed class GuestEnd
{
    private readonly Channel<GuestMessage> _said = Channel.CreateUnbounded<GuestMessage>();

    public GuestLinkServer? Link { get; set; }

    public string? Broken { get; set; }

    public GuestMessage.Hello? Hello { get; private set; }

    public void Take(GuestMessage message)
    {
        if (message is GuestMessage.Hello hello) Hello = hello;
        _said.Writer.TryWrite(message);
    }

    /// <summary>Waits for the next message of a kind; others are left out, but a failure fails the test.</summary>
    public async Task<T> Next<T>(CancellationToken cancel, Func<T, bool>? which = null) where T : GuestMessage
    {
        while (true)
        {
            var message = await _said.Reader.ReadAsync(cancel);
            if (message is T wanted && which?.Invoke(wanted) != false) return wanted;
            if (message is GuestMessage.Failed failed) throw new InvalidOperationException($"The guest failed: {failed.Reason}");
        }
    }

    public ValueTask Tell(SiloMessage message, CancellationToken cancel) => Link!.Send(message, cancel);
}
