using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using SwarmCompute.Attestation;
using SwarmCompute.Attestation.Tests;
using SwarmCompute.Attestation.Tests.Collateral;
using SwarmCompute.Guest.Authority;
using SwarmCompute.Guest.Collection;
using SwarmCompute.Guest.Collection.Nvidia;
using SwarmCompute.Guest.Loader;

namespace SwarmCompute.Guest.Tests.Hardware;

/// <summary>An authority on the loopback that trusts the mints' roots, and guests that boot on emulated machines as the loader does.</summary>
internal sealed class SwarmOfHardware : IAsyncDisposable
{
    public const ulong ChainId = 56;                                         // no development chain

    private readonly CertificateAuthority _authority;
    private readonly AuthorityServer _server;
    private bool _isAway;

    private SwarmOfHardware(MintedVendors vendors, Func<HurriedClock, CollateralService> collateral, bool handsOn)
    {
        (Vendors, PlatformKeys) = (vendors, Arm.Keys with { AreAll = true });
        _authority = CertificateAuthority.Create(Clock);
        var (challenges, log, service) = (new Challenges(Clock), new GuestLog("authority", Clock), collateral(Clock));
        var given = new GivenCollateral(service, () => PlatformKeys);
        var certifier = new Certifier(_authority, new EvidenceVerifier(Roots, developmentChainId: null), () => Policy, given, challenges, Clock);
        var answers = new AuthorityAnswers(certifier, challenges, () => Policy, handsOn ? service : null, handsOn ? () => PlatformKeys : null, log);
        _server = AuthorityServer.Start(new IPEndPoint(IPAddress.Loopback, 0), _authority, answers, Clock, log);
    }

    public HurriedClock Clock { get; } = new();

    public MintedVendors Vendors { get; }

    public TrustRoots Roots => Vendors.Roots;

    public AttestationPolicy Policy { get; set; } = AttestationPolicy.Strict with { Types = ["tdx", "sev-snp", "cca"] };

    /// <summary>A platform of Arm's, whose key the authority trusts.</summary>
    public CcaMint Arm { get; } = new();

    /// <summary>The platform keys that the authority trusts.</summary>
    public CcaKeys PlatformKeys { get; set; }

    public Manifest Manifest => CertifyCase.Manifest(_authority.KeyHash) with { Tee = ["cca", "sev-snp", "tdx"] };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>With an authority that has only a bundle of what the vendors said.</summary>
    public static async Task<SwarmOfHardware> Start(MintedVendors? vendors = null, bool handsOn = true)
    {
        vendors ??= new MintedVendors();
        var bundle = await BundleOf(vendors);
        return new SwarmOfHardware(vendors, clock => Offline(bundle, vendors.Roots, clock), handsOn);
    }

    /// <summary>With an authority that has nothing yet, and asks the vendors.</summary>
    public static SwarmOfHardware StartOnline()
    {
        var vendors = new MintedVendors();
        return new SwarmOfHardware(vendors, _ => vendors.Service(), handsOn: true);
    }

    public AuthorityClient Client() => new(_server.LocalEndPoint, _authority.Root, Clock);

    public Ticket Ticket(int slot = 1) => new()
    {
        Lease = CertifyCase.Lease with { Slot = slot },
        Epoch = new LeaseEpoch(2),
        Provider = CertifyCase.Provider,
        Offer = CertifyCase.Offer,
        ChainId = ChainId,
        OrderBook = CertifyCase.OrderBook,
        Manifest = Manifest.ToCanonicalBytes(),
        Authority = _server.LocalEndPoint,
        Root = _authority.Root,
        Silo = _server.LocalEndPoint,
        Node = new NodeId("node-1"),
        AssetDirectory = "",
        WorkDirectory = "",
        ListenAddress = IPAddress.Loopback,
        NativeLibraryDirectory = "",
    };

    /// <summary>Boots a guest up to its certificate, in the loader's steps.</summary>
    public async Task<Credentials> Boot(ITsmFiles kernel, INvml? gpus = null, Manifest? manifest = null, int slot = 1)
    {
        var key = P256.CreateKey();
        var nonce = await Client().Challenge(key, Cancel);
        return await Certify(key, await Gather(kernel, key, nonce, gpus, manifest, slot), manifest, slot);
    }

    public async Task<Evidence> Gather(ITsmFiles kernel, ECDsa key, byte[] nonce, INvml? gpus = null, Manifest? manifest = null, int slot = 1)
    {
        var machine = await ChooseMachine.Run(manifest ?? Manifest, Hash32.Sha256([2]), kernel, () => gpus, Clock, Cancel);
        return await GatherEvidence.Run(Ticket(slot), manifest ?? Manifest, key, nonce, machine, Cancel);
    }

    public Task<Credentials> Certify(ECDsa key, Evidence evidence, Manifest? manifest = null, int slot = 1) =>
        Loader.Certify.Run(Ticket(slot), manifest ?? Manifest, key, evidence, Client(), Clock, Cancel);

    /// <summary>Boots a guest that must not get a certificate.</summary>
    /// <returns>Why it did not.</returns>
    public async Task<string> Refused(ITsmFiles kernel, INvml? gpus = null, Manifest? manifest = null) =>
        (await Assert.ThrowsAsync<GuestException>(() => Boot(kernel, gpus, manifest))).Message;

    /// <summary>What a peer's certificate must be about that names the lease of slot 1.</summary>
    public PeerTerms Terms() =>
        PeerTerms.OfGuest(new SwarmIdentity.Guest(CertifyCase.Lease.Order, CertifyCase.Lease.Slot, new LeaseEpoch(2), CertifyCase.Provider), ChainId)
            with
        { OrderBook = CertifyCase.OrderBook, ManifestHash = Manifest.Hash };

    /// <summary>The authority answers no more.</summary>
    public async Task GoAway()
    {
        if (_isAway) return;
        _isAway = true;
        await _server.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await GoAway();
        _authority.Dispose();
        Arm.Dispose();
        await Vendors.DisposeAsync();
    }

    private static CollateralService Offline(CollateralBundle bundle, TrustRoots roots, TimeProvider clock)
    {
        var service = CollateralService.Offline(bundle, roots, clock, out var problems);
        Assert.Empty(problems);
        return service;
    }

    // AMD's certificate of the chip is not in it: the guest's kernel has that from its host.
    private static async Task<CollateralBundle> BundleOf(MintedVendors vendors)
    {
        var service = vendors.Service();
        var tdx = await service.ItemsFor(new Evidence("tdx", vendors.Intel.ToQuote(), default) { Devices = [vendors.Device] }, Cancel);
        var snp = await service.ItemsFor(new Evidence("sev-snp", vendors.Amd.Report(), default) { Certificates = [vendors.Amd.Vcek] }, Cancel);
        var bundle = new CollateralBundle([.. tdx, .. snp]);
        vendors.GoDown();
        return CollateralBundle.Read(bundle.Write(), out _)!;
    }
}
