using System.Security.Cryptography;
using SwarmCompute.Attestation;
using SwarmCompute.Attestation.Tests;
using SwarmCompute.Guest.Loader;
using SwarmCompute.Guest.Running;

namespace SwarmCompute.Guest.Tests.Hardware;

/// <summary>Who trusts which keys of Arm's platforms: the authority those that it was given, its guests those of their own or the authority's.</summary>
public sealed class PlatformKeyTests : IDisposable
{
    private readonly ECDsa _key = P256.CreateKey();
    private readonly CcaMint _other = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _key.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task A_guest_whose_platforms_key_the_authority_does_not_trust_is_refused()
    {
        await using var swarm = await SwarmOfHardware.Start();
        swarm.PlatformKeys = new([CcaKey.Parse(swarm.Arm.PlatformPem, new string('0', 64), "01ff")]) { AreAll = true };
        var fault = await swarm.Refused(MintedKernel.Cca(swarm.Arm));
        Assert.StartsWith("The authority refuses: Rejected for its platform key (no key is trusted for instance 0102", fault, StringComparison.Ordinal);
        Assert.Contains("unless its owner's key is added to those that are trusted", fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guest_that_another_key_than_the_trusted_one_signed_for_is_refused()
    {
        await using var swarm = await SwarmOfHardware.Start();
        swarm.PlatformKeys = All(_other);
        Assert.StartsWith("The authority refuses: Rejected for its platform signature (no trusted key signed it)", await swarm.Refused(MintedKernel.Cca(swarm.Arm)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_authority_hands_keys_on_for_the_platform_that_was_asked_about_and_for_no_other()
    {
        await using var swarm = await SwarmOfHardware.Start();
        var stranger = CcaKey.Parse(_other.PlatformPem, new string('0', 64), "01ff");
        swarm.PlatformKeys = new([stranger, .. swarm.Arm.Keys.Keys]) { AreAll = true };
        var (_, keys) = await swarm.Client().Collateral(new Evidence("cca", swarm.Arm.Token(), default), _key, Cancel);

        var only = Assert.Single(keys!.Keys);
        Assert.Equal((new string('0', 64), $"01{string.Concat(Enumerable.Repeat("02", 32))}"), (only.Implementation, only.Instance));
        Assert.True(keys.AreAll);
        Assert.Null((await swarm.Client().Collateral(new Evidence("tdx", swarm.Vendors.Intel.ToQuote(), default), _key, Cancel)).PlatformKeys);
    }

    [Fact]
    public async Task A_guest_with_keys_of_its_own_trusts_none_that_the_authority_hands_on()
    {
        await using var swarm = await SwarmOfHardware.Start();
        using var guest = await swarm.Boot(MintedKernel.Cca(swarm.Arm));
        await using var relay = Relay(swarm, All(_other));
        await using var peers = Peers(swarm, relay);
        AssertRefused("cca.platform.signature", await Admit(peers, guest, swarm));
    }

    [Fact]
    public async Task A_guest_with_keys_of_its_own_needs_none_of_the_authority()
    {
        await using var swarm = await SwarmOfHardware.Start();
        using var guest = await swarm.Boot(MintedKernel.Cca(swarm.Arm));
        await using var relay = Relay(swarm, All(swarm.Arm));
        await using var peers = Peers(swarm, relay);
        swarm.PlatformKeys = All(_other);
        Assert.Equal(Verdict.Accepted, (await Admit(peers, guest, swarm)).Result.Verdict);
    }

    [Fact]
    public async Task Where_the_authority_names_no_keys_at_all_the_peer_may_try_again()
    {
        await using var swarm = await SwarmOfHardware.Start(handsOn: false);
        using var guest = await swarm.Boot(MintedKernel.Cca(swarm.Arm));
        await using var relay = Relay(swarm);
        await using var peers = Peers(swarm, relay);
        var admission = await Admit(peers, guest, swarm);
        Assert.Null(admission.Session);
        Assert.True(admission.Result.IsTransient);
    }

    [Fact]
    public async Task A_peer_whose_platforms_key_is_trusted_no_more_is_dropped_when_it_is_judged_again()
    {
        await using var swarm = await SwarmOfHardware.Start();
        using var guest = await swarm.Boot(MintedKernel.Cca(swarm.Arm));
        await using var relay = Relay(swarm);
        await using var peers = Peers(swarm, relay);
        using var session = (await Admit(peers, guest, swarm)).Session!;

        swarm.PlatformKeys = new([CcaKey.Parse(swarm.Arm.PlatformPem, new string('0', 64), "01ff")]) { AreAll = true };
        await peers.JudgeAgain(Cancel);
        Assert.True(session.Dropped.IsCancellationRequested);
        Assert.Contains("no key is trusted", session.Reason, StringComparison.Ordinal);
        AssertRefused("cca.platform.key", await Admit(peers, guest, swarm));
    }

    [Fact]
    public async Task Keys_that_the_authority_handed_on_count_while_it_is_away()
    {
        await using var swarm = await SwarmOfHardware.Start();
        using var guest = await swarm.Boot(MintedKernel.Cca(swarm.Arm));
        await using var relay = Relay(swarm);
        await using var peers = Peers(swarm, relay);
        var before = await Admit(peers, guest, swarm);

        await swarm.GoAway();
        await peers.JudgeAgain(Cancel);
        var after = await Admit(peers, guest, swarm);
        Assert.Equal(Verdict.Accepted, after.Result.Verdict);
        Assert.NotSame(before.Result, after.Result);
    }

    [Fact]
    public void An_image_without_a_folder_of_keys_has_none_and_one_with_a_wrong_file_starts_no_guest()
    {
        var image = Directory.CreateTempSubdirectory("image-");
        try
        {
            Assert.Null(OwnPlatformKeys.Read(image.FullName));
            var folder = image.CreateSubdirectory(OwnPlatformKeys.Folder);
            File.WriteAllText(Path.Combine(folder.FullName, "node.pem"), "x");
            Assert.Contains("node.pem: A platform key is PEM or JWK", Assert.Throws<GuestException>(() => OwnPlatformKeys.Read(image.FullName)).Message, StringComparison.Ordinal);
            File.WriteAllText(Path.Combine(folder.FullName, "node.pem"), _other.PlatformPem);
            Assert.Single(OwnPlatformKeys.Read(image.FullName)!.Keys);
        }
        finally
        {
            image.Delete(recursive: true);
        }
    }

    private static CcaKeys All(CcaMint platform) => platform.Keys with { AreAll = true };

    private AuthorityCollateral Relay(SwarmOfHardware swarm, CcaKeys? own = null) => new(swarm.Client(), _key, swarm.Roots, own, swarm.Clock);

    private static AttestedPeers Peers(SwarmOfHardware swarm, AuthorityCollateral relay) => new(new EvidenceVerifier(swarm.Roots, null), relay, swarm.Policy, swarm.Clock);

    private static Task<PeerAdmission> Admit(AttestedPeers peers, Credentials guest, SwarmOfHardware swarm) => peers.Admit(guest.Certificate, swarm.Terms(), Cancel);

    private static void AssertRefused(string code, PeerAdmission admission)
    {
        Assert.Null(admission.Session);
        Assert.Contains(code, admission.Result.Checks.Where(c => !c.Passed).Select(c => c.Code));
    }
}
