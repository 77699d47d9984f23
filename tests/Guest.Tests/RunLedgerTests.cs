using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;
using SwarmCompute.Guest.Loader;
using SwarmCompute.Guest.Running;
using SwarmCompute.Inference;
using SwarmCompute.Overlay.GuestLink;

namespace SwarmCompute.Guest.Tests;

public sealed class RunLedgerTests : IDisposable
{
    private static readonly OrderId Order = new(7);

    private readonly CertificateAuthority _authority = CertificateAuthority.Create(TimeProvider.System);
    private readonly RunLedger _ledger;

    public RunLedgerTests() => _ledger = new RunLedger(Ticket(), Hash32.Sha256([1]), TimeProvider.System);

    public void Dispose() => _authority.Dispose();

    [Fact]
    public void The_head_itself_took_part_before_anything_stood() => Assert.Equal([(0, 1u)], Stages());

    [Fact]
    public void A_guest_of_a_map_that_never_stood_took_no_part()
    {
        _ledger.Observe(Map(1, 1, 1, 1));
        Assert.Equal([(0, 1u)], Stages());
        _ledger.ObserveReady(generation: 2);
        Assert.Equal([(0, 1u)], Stages());
    }

    [Fact]
    public void A_replaced_guest_took_part_until_the_map_named_another()
    {
        _ledger.Observe(Map(1, 1, 1, 1));
        _ledger.ObserveReady(1);
        _ledger.Observe(Map(2, 1, 2, 1));
        _ledger.ObserveReady(2);
        _ledger.Observe(Map(1, 1, 1, 1));                                       // late, and without effect
        Assert.Equal([(0, 1u), (1, 1u), (2, 1u), (1, 2u)], Stages());
        Assert.Equal([false, true, false, false], Listed().Select(s => s.Until is not null));
    }

    [Fact]
    public void Layers_are_those_of_the_slot()
    {
        _ledger.Observe(Map(1, 1, 1, 1));
        _ledger.ObserveReady(1);
        Assert.Equal([(0, 2), (3, 5), (6, 7)], Listed().Select(s => (s.LayerFirst, s.LayerLast)));
    }

    [Fact]
    public void A_map_with_a_certificate_of_another_slot_epoch_order_or_root_is_refused()
    {
        using var other = CertificateAuthority.Create(TimeProvider.System);
        AssertRefused(Wire(slot: 1, epoch: 1, certified: Certificate(_authority, Order, slot: 0, epoch: 1)));
        AssertRefused(Wire(slot: 1, epoch: 2, certified: Certificate(_authority, Order, slot: 1, epoch: 1)));
        AssertRefused(Wire(slot: 1, epoch: 1, certified: Certificate(_authority, new OrderId(8), slot: 1, epoch: 1)));
        AssertRefused(Wire(slot: 1, epoch: 1, certified: Certificate(other, Order, slot: 1, epoch: 1)));
        AssertRefused(Wire(slot: 1, epoch: 1, certified: [1, 2, 3]));
        AssertRefused(Wire(slot: 1, epoch: 1, Certificate(_authority, Order, slot: 1, epoch: 1)) with { OverlayEndpoint = "nowhere" });
    }

    private void AssertRefused(StagePeerWire stage)
    {
        StagePeerWire[] stages = [Wire(0, 1, Certificate(_authority, Order, 0, 1)), stage];
        Assert.Throws<GuestException>(() =>
            MapReader.Read(new SiloMessage.Pipeline { Generation = 1, Stages = stages }, Ticket(), stages: 2, TimeProvider.System.GetUtcNow()));
    }

    private IEnumerable<(int, uint)> Stages() => Listed().Select(s => (s.Slot, s.Epoch.Value));

    private ImmutableArray<ReportStage> Listed() => _ledger.Stages(LayerRange.Split(8, 3)).Listed;

    private PipelineMap Map(long generation, params uint[] epochs) => MapReader.Read(
        new SiloMessage.Pipeline { Generation = generation, Stages = [.. epochs.Select((epoch, slot) => Wire(slot, epoch, Certificate(_authority, Order, slot, epoch)))] },
        Ticket(), epochs.Length, TimeProvider.System.GetUtcNow());

    private static StagePeerWire Wire(int slot, uint epoch, byte[] certified) =>
        new() { Slot = slot, Epoch = epoch, OverlayEndpoint = "127.0.0.1:4000", CertificateDer = certified };

    private static byte[] Certificate(CertificateAuthority authority, OrderId order, int slot, uint epoch)
    {
        using var key = P256.CreateKey();
        return authority.Issue(new SwarmIdentity.Guest(order, slot, new LeaseEpoch(epoch), CertifyCase.Provider), key, TimeSpan.FromHours(1)).RawData;
    }

    private Ticket Ticket() => new()
    {
        Lease = new LeaseId(Order, 0),
        Epoch = new LeaseEpoch(1),
        Provider = CertifyCase.Provider,
        Offer = CertifyCase.Offer,
        ChainId = 31337,
        OrderBook = CertifyCase.OrderBook,
        Manifest = [],
        Authority = new IPEndPoint(IPAddress.Loopback, 1),
        Root = X509CertificateLoader.LoadCertificate(_authority.Root.RawData),
        Silo = new IPEndPoint(IPAddress.Loopback, 1),
        Node = new NodeId("node-1"),
        AssetDirectory = "assets",
        WorkDirectory = "work",
        ListenAddress = IPAddress.Loopback,
        NativeLibraryDirectory = "native",
    };
}
