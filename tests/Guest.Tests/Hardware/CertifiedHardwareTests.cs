using System.Security.Cryptography.X509Certificates;
using System.Text;
using SwarmCompute.Attestation;
using SwarmCompute.Attestation.Tests;
using SwarmCompute.Guest.Loader;
using SwarmCompute.Guest.Running;

namespace SwarmCompute.Guest.Tests.Hardware;

/// <summary>Guests on hardware whose vendors are the tests: certified, and let in by peers on their certificate alone.</summary>
public sealed class CertifiedHardwareTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, InlineData("tdx"), InlineData("sev-snp"), InlineData("cca")]
    public async Task A_guest_is_certified_and_its_certificate_carries_its_evidence(string type)
    {
        await using var swarm = await SwarmOfHardware.Start();
        using var key = P256.CreateKey();
        var nonce = await swarm.Client().Challenge(key, Cancel);
        var evidence = await swarm.Gather(MintedKernel.Of(type, swarm), key, nonce);
        using var guest = await swarm.Certify(key, evidence);

        Assert.Equal(type, guest.EvidenceType);
        Assert.Equal(type == "sev-snp" ? 1 : 0, evidence.Certificates.Length);
        Assert.Equal(EvidenceExtension.Encode(evidence), EvidenceExtension.Encode(EvidenceExtension.TryRead(guest.Certificate)!));
        Assert.Equal(nonce, EvidenceClaims.TryRead(evidence.Claims)!.Nonce);
    }

    [Theory, InlineData("tdx"), InlineData("sev-snp"), InlineData("cca")]
    public async Task A_lease_names_what_the_hardware_measured(string type)
    {
        await using var swarm = await SwarmOfHardware.Start();
        using var guest = await swarm.Boot(MintedKernel.Of(type, swarm));
        var document = EvidenceExtension.TryRead(guest.Certificate)!.Document.ToArray();
        byte[] registers = type switch
        {
            "tdx" => [.. document[(48 + 136)..(48 + 184)], .. document[(48 + 328)..(48 + 472)]],
            "cca" => swarm.Arm.Initial,
            _ => document[0x90..0xc0],
        };

        Assert.Equal(Hash32.Sha256([.. Encoding.ASCII.GetBytes($"swarm/measurement/v1\0{type}\0"), .. registers]), guest.Measurement);
    }

    [Theory, InlineData("tdx"), InlineData("sev-snp"), InlineData("cca")]
    public async Task A_peer_is_let_in_by_its_certificate_and_what_the_authority_hands_on(string type)
    {
        await using var swarm = await SwarmOfHardware.Start();
        using var guest = await swarm.Boot(MintedKernel.Of(type, swarm));
        var admission = await Admit(swarm, guest);

        Assert.Equal("", admission.Result.Verdict == Verdict.Accepted ? "" : admission.Result.Why);
        Assert.NotNull(admission.Session);
        Assert.Equal(guest.Measurement, LaunchMeasurement.Of(admission.Result));
    }

    [Theory, InlineData("tdx"), InlineData("sev-snp"), InlineData("cca")]
    public async Task A_GPU_counts_for_the_authority_by_its_report_and_for_peers_by_its_digest(string type)
    {
        await using var swarm = await SwarmOfHardware.Start();
        swarm.Policy = swarm.Policy with { GpusMin = 1 };
        using var guest = await swarm.Boot(MintedKernel.Of(type, swarm), new MintedNvml(swarm.Vendors.Gpu));
        var shown = EvidenceExtension.TryRead(guest.Certificate)!;

        Assert.Empty(shown.Devices);
        Assert.Single(EvidenceClaims.TryRead(shown.Claims)!.Devices);
        Assert.Equal(Verdict.Accepted, (await Admit(swarm, guest)).Result.Verdict);
    }

    [Fact]
    public async Task A_peer_that_bound_no_GPU_is_not_let_in_where_one_is_demanded_since()
    {
        await using var swarm = await SwarmOfHardware.Start();
        using var guest = await swarm.Boot(MintedKernel.Tdx(swarm.Vendors.Intel));
        swarm.Policy = swarm.Policy with { GpusMin = 1 };
        AssertRefused("evidence.gpus.few", await Admit(swarm, guest));
    }

    [Fact]
    public async Task A_peer_of_another_manifest_or_lease_is_not_let_in()
    {
        await using var swarm = await SwarmOfHardware.Start();
        using var guest = await swarm.Boot(MintedKernel.Tdx(swarm.Vendors.Intel));
        AssertRefused("evidence.context", await Admit(swarm, guest, t => t with { ManifestHash = Hash32.Sha256([9]) }));
        AssertRefused("evidence.context", await Admit(swarm, guest, t => t with { Lease = t.Lease! with { Slot = 2 } }));
        AssertRefused("evidence.context", await Admit(swarm, guest, t => t with { ChainId = 1 }));
    }

    [Fact]
    public async Task Where_nobody_hands_on_what_the_vendor_says_the_peer_may_try_again()
    {
        await using var swarm = await SwarmOfHardware.Start(handsOn: false);
        using var guest = await swarm.Boot(MintedKernel.Tdx(swarm.Vendors.Intel));
        var admission = await Admit(swarm, guest);

        Assert.Null(admission.Session);
        Assert.All(admission.Result.Checks.Where(c => !c.Passed), c => Assert.Equal(FailureClass.Transient, c.Class));
    }

    [Fact]
    public async Task Peers_trust_the_vendors_roots_and_not_those_that_the_authority_hands_on()
    {
        await using var swarm = await SwarmOfHardware.Start();
        using var guest = await swarm.Boot(MintedKernel.Tdx(swarm.Vendors.Intel));
        AssertRefused("intel.pck.root", await Admit(swarm, guest, roots: TrustRoots.Vendors));
    }

    [Fact]
    public async Task Hardware_goes_before_development_where_a_manifest_allows_both()
    {
        await using var swarm = await SwarmOfHardware.Start();
        using var guest = await swarm.Boot(MintedKernel.Snp(swarm.Vendors.Amd), manifest: swarm.Manifest with { Tee = ["development", "sev-snp"] });
        Assert.Equal("sev-snp", guest.EvidenceType);
    }

    private static async Task<PeerAdmission> Admit(SwarmOfHardware swarm, Credentials guest, Func<PeerTerms, PeerTerms>? change = null, TrustRoots? roots = null)
    {
        using var key = P256.CreateKey();
        using var shown = X509CertificateLoader.LoadCertificate(guest.Certificate.RawData);
        await using var relay = new AuthorityCollateral(swarm.Client(), key, roots ?? swarm.Roots, ownKeys: null, swarm.Clock);
        await using var peers = new AttestedPeers(
            new EvidenceVerifier(roots ?? swarm.Roots, null), relay, (await swarm.Client().Policy(key, Cancel)).For(swarm.Manifest), swarm.Clock);
        return await peers.Admit(shown, change is null ? swarm.Terms() : change(swarm.Terms()), Cancel);
    }

    private static void AssertRefused(string code, PeerAdmission admission)
    {
        Assert.Null(admission.Session);
        Assert.Contains(code, admission.Result.Checks.Where(c => !c.Passed).Select(c => c.Code));
    }
}
