using System.Security.Cryptography;
using SwarmCompute.Attestation;
using SwarmCompute.Guest.Loader;
using SwarmCompute.Guest.Running;

namespace SwarmCompute.Guest.Tests.Hardware;

/// <summary>Peers on hardware that are in, while vendors and the authority fall silent.</summary>
public sealed class WatchedHardwareTests : IDisposable
{
    private readonly ECDsa _key = P256.CreateKey();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _key.Dispose();

    [Theory, InlineData("tdx"), InlineData("sev-snp")]
    public async Task A_vendors_word_that_has_ended_drops_nobody_and_lets_nobody_in_but_a_revocation_still_drops(string type)
    {
        await using var swarm = await SwarmOfHardware.Start();
        using var guest = await swarm.Boot(MintedKernel.Of(type, swarm));
        await using var relay = new AuthorityCollateral(swarm.Client(), _key, swarm.Roots, ownKeys: null, swarm.Clock);
        await using var peers = Peers(swarm, relay);
        using var session = (await Admit(peers, guest, swarm)).Session!;

        swarm.Clock.Advance(TimeSpan.FromDays(200));
        await peers.Update(swarm.Policy with { GpusMin = 0 }, Cancel);
        Assert.False(session.Dropped.IsCancellationRequested);
        AssertMayTryAgain(await Admit(peers, guest, swarm));

        await peers.Update(swarm.Policy with { RevokedMeasurements = [guest.Measurement.ToString()] }, Cancel);
        Assert.True(session.Dropped.IsCancellationRequested);
        Assert.Contains("is revoked", session.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_authority_handed_on_counts_while_it_is_away()
    {
        await using var swarm = await SwarmOfHardware.Start();
        using var guest = await swarm.Boot(MintedKernel.Snp(swarm.Vendors.Amd));
        await using var relay = new AuthorityCollateral(swarm.Client(), _key, swarm.Roots, ownKeys: null, swarm.Clock);
        await using var peers = Peers(swarm, relay);
        var before = await Admit(peers, guest, swarm);

        await swarm.GoAway();
        swarm.Clock.Advance(AttestedPeers.VerdictAgeMax + TimeSpan.FromMinutes(1));
        var after = await Admit(peers, guest, swarm);
        Assert.Equal(Verdict.Accepted, after.Result.Verdict);
        Assert.NotSame(before.Result, after.Result);                         // judged anew, not remembered
    }

    private static AttestedPeers Peers(SwarmOfHardware swarm, AuthorityCollateral relay) =>
        new(new EvidenceVerifier(swarm.Roots, null), relay, swarm.Policy, swarm.Clock);

    private static Task<PeerAdmission> Admit(AttestedPeers peers, Credentials guest, SwarmOfHardware swarm) => peers.Admit(guest.Certificate, swarm.Terms(), Cancel);

    private static void AssertMayTryAgain(PeerAdmission admission)
    {
        Assert.Null(admission.Session);
        Assert.All(admission.Result.Checks.Where(c => !c.Passed), c => Assert.Equal(FailureClass.Transient, c.Class));
    }
}
