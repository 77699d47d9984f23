using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using SwarmCompute.Attestation;
using SwarmCompute.Guest.Loader;
using SwarmCompute.Guest.Running;
using SwarmCompute.Overlay.GuestLink;

namespace SwarmCompute.Guest.Tests;

public sealed class SiloLinkTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_silo_that_stays_away_for_half_a_minute_ends_the_guest_with_a_clear_line()
    {
        using var authority = CertificateAuthority.Create(TimeProvider.System);
        var key = P256.CreateKey();
        var identity = new SwarmIdentity.Guest(new OrderId(7), 0, new LeaseEpoch(1), CertifyCase.Provider);
        using var certificate = authority.Issue(identity, key, TimeSpan.FromHours(1));
        using var credentials = new Credentials(
            key, certificate.CopyWithPrivateKey(key), authority.Root, new byte[64], Manifest.Development, DevelopmentEvidence.LeaseMeasurement);
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var link = new SiloLink(Ticket(authority, Unused()), credentials, Hello(), time, new GuestLog("test", time));

        var running = link.Run(_ => { }, () => new GuestMessage.Heartbeat { CompletionTokens = 0, OpenSessions = 0 }, Cancel);
        while (!running.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1, Cancel);
        }
        Assert.Contains("could not be reached for 30 s", (await Assert.ThrowsAsync<GuestException>(() => running)).Message, StringComparison.Ordinal);
    }

    private static IPEndPoint Unused()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));                  // bound and never listened on
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    private static GuestMessage.Hello Hello() => new()
    {
        KeyX = new byte[32],
        KeyY = new byte[32],
        LeaseSignature = new byte[64],
        CertificateDer = [1],
        AuthorityDer = [1],
        OverlayEndpoint = "127.0.0.1:1",
        EvidenceType = "development",
        Measurement = new byte[32],
    };

    private static Ticket Ticket(CertificateAuthority authority, IPEndPoint silo) => new()
    {
        Lease = new LeaseId(new OrderId(7), 0),
        Epoch = new LeaseEpoch(1),
        Provider = CertifyCase.Provider,
        Offer = CertifyCase.Offer,
        ChainId = 31337,
        OrderBook = CertifyCase.OrderBook,
        Manifest = [],
        Authority = silo,
        Root = authority.Root,
        Silo = silo,
        Node = new NodeId("node-1"),
        AssetDirectory = "assets",
        WorkDirectory = "work",
        ListenAddress = IPAddress.Loopback,
        NativeLibraryDirectory = "native",
    };
}
