using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using SwarmCompute.Attestation;
using Xunit;

namespace SwarmCompute.Overlay.Tests;

/// <summary>Links whose ends judge each other's evidence. It is of the development type: what is tested is what happens on its verdict.</summary>
public sealed class OverlayAttestationTests : IDisposable
{
    private const ulong Chain = 31337;
    private static readonly Address Book = Address.Parse("0x" + new string('2', 40));
    private static readonly AttestationPolicy Policy = AttestationPolicy.Strict with { Types = [Manifest.Development] };

    private readonly CertificateAuthority _authority = CertificateAuthority.Create(TimeProvider.System);
    private readonly Channel<string> _refusals = Channel.CreateUnbounded<string>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Peers_with_accepted_evidence_are_linked()
    {
        await using var peers = Peers();
        await using var listener = Listen(peers);
        await using var dialed = await Dial(listener, Guest(2, peers));
        await using var accepted = await listener.Next(Cancel);
        await dialed.Send(new byte[] { 1 }, Cancel);
        using var frame = await accepted.Receive(Cancel);
        Assert.Equal(1, frame!.Memory.Span[0]);
    }

    [Fact]
    public async Task A_peer_without_evidence_is_refused_by_the_listener()
    {
        await using var peers = Peers();
        await using var listener = Listen(peers);
        var bare = _authority.Credentials(Parties.Guest(2));
        await Assert.ThrowsAsync<OverlayException>(() => Dial(listener, bare));
        Assert.Contains("no evidence", await _refusals.Reader.ReadAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listener_without_evidence_is_refused_by_who_dials()
    {
        await using var peers = Peers();
        await using var listener = OverlayListener.Start(Parties.AnyPort, _authority.Credentials(Parties.Guest(1)), TimeProvider.System);
        var fault = await Assert.ThrowsAsync<OverlayException>(() => Dial(listener, Guest(2, peers)));
        Assert.Contains("no evidence", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_accepts_the_peer_no_more_ends_the_link_at_once_and_says_why()
    {
        await using var peers = Peers();
        await using var others = Peers();
        await using var listener = Listen(peers);
        await using var dialed = await Dial(listener, Guest(2, others));
        await using var accepted = await listener.Next(Cancel);
        var receiving = accepted.Receive(Cancel).AsTask();
        await peers.Update(Policy with { Types = ["tdx"] }, Cancel);

        var fault = await Assert.ThrowsAsync<OverlayException>(() => receiving);
        Assert.Contains("no longer accepted", fault.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<OverlayException>(async () => await dialed.Receive(Cancel));
    }

    [Fact]
    public async Task A_silo_need_not_show_evidence_where_the_terms_do_not_ask_for_it()
    {
        await using var peers = Peers();
        await using var listener = Listen(peers);
        await using var dialed = await Dial(listener, _authority.Credentials(Parties.Silo()));
        Assert.Equal(Parties.Guest(1), dialed.Peer);
    }

    private static AttestedPeers Peers() => new(new EvidenceVerifier(TrustRoots.Vendors, Chain), new NoCollateral(), Policy, TimeProvider.System);

    private OverlayListener Listen(AttestedPeers peers) =>
        OverlayListener.Start(Parties.AnyPort, Guest(1, peers), TimeProvider.System, refused: why => _refusals.Writer.TryWrite(why));

    private static Task<OverlayConnection> Dial(OverlayListener listener, OverlayCredentials credentials) =>
        OverlayDialer.Dial(listener.LocalEndPoint, credentials, _ => true, TimeProvider.System, Cancel);

    private OverlayCredentials Guest(int slot, AttestedPeers peers)
    {
        var identity = Parties.Guest(slot);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = _authority.Issue(identity, key, TimeSpan.FromHours(1), EvidenceExtension.Create(Evidence(identity, key)));
        return new OverlayCredentials(certificate.CopyWithPrivateKey(key), X509CertificateLoader.LoadCertificate(_authority.Root.RawData))
        {
            Attestation = new OverlayAttestation(peers, peer => peer is SwarmIdentity.Guest guest ? PeerTerms.OfGuest(guest, Chain) with { OrderBook = Book } : null),
        };
    }

    private static Evidence Evidence(SwarmIdentity.Guest identity, ECDsa key)
    {
        var claims = new EvidenceClaims
        {
            KeyHash = Hash32.Sha256(key.ExportSubjectPublicKeyInfo()),
            Purpose = AttestationPurpose.Lease,
            Nonce = new byte[ReportData.NonceSize],
            Context = new LeaseContext(Chain, Book, identity.Lease, identity.Epoch, new OfferId(1), identity.Provider, Hash32.Sha256([1])).ToBytes(),
        };
        var (bytes, reportData) = claims.Bind();
        return new Evidence(Manifest.Development, DevelopmentEvidence.Create(reportData, Hash32.Sha256([2])), bytes) { Certificates = [new byte[4096], new byte[4096]] };
    }
}
