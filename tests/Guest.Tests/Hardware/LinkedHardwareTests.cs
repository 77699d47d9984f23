using System.Net;
using SwarmCompute.Attestation;
using SwarmCompute.Guest.Loader;
using SwarmCompute.Guest.Running;
using SwarmCompute.Overlay;

namespace SwarmCompute.Guest.Tests.Hardware;

/// <summary>Guests on different hardware that link to each other, each judging the other by the policy of their authority.</summary>
public sealed class LinkedHardwareTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Guests_on_TDX_and_SEV_SNP_link_until_the_measurement_of_one_is_revoked()
    {
        await using var swarm = await SwarmOfHardware.Start();
        swarm.Policy = swarm.Policy with { GpusMin = 1 };
        using var tdx = await swarm.Boot(MintedKernel.Tdx(swarm.Vendors.Intel), new MintedNvml(swarm.Vendors.Gpu), slot: 0);
        using var snp = await swarm.Boot(MintedKernel.Snp(swarm.Vendors.Amd), new MintedNvml(swarm.Vendors.Gpu), slot: 1);
        await using var ofTdx = await Watch(swarm, tdx);
        await using var ofSnp = await Watch(swarm, snp);
        await using var listener = Listen(swarm, tdx);
        await using var dialed = await Dial(swarm, listener, snp);
        await using var accepted = await listener.Accept(Cancel).FirstAsync(Cancel);
        await AssertCarries(dialed, accepted);

        swarm.Policy = swarm.Policy with { RevokedMeasurements = [tdx.Measurement.ToString()] };
        var dropped = await Assert.ThrowsAsync<OverlayException>(() => dialed.Receive(Cancel).AsTask().WaitAsync(Patience, Cancel));
        Assert.Contains("is revoked", dropped.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<OverlayException>(() => Dial(swarm, listener, snp));
    }

    [Fact]
    public async Task A_measurement_that_counts_again_links_again()
    {
        await using var swarm = await SwarmOfHardware.Start();
        using var tdx = await swarm.Boot(MintedKernel.Tdx(swarm.Vendors.Intel), slot: 0);
        using var snp = await swarm.Boot(MintedKernel.Snp(swarm.Vendors.Amd), slot: 1);
        await using var ofTdx = await Watch(swarm, tdx);
        var strict = swarm.Policy;
        swarm.Policy = strict with { RevokedMeasurements = [tdx.Measurement.ToString()] };
        await using var ofSnp = await Watch(swarm, snp);
        await using var listener = Listen(swarm, tdx);
        await Assert.ThrowsAsync<OverlayException>(() => Dial(swarm, listener, snp));

        swarm.Policy = strict;
        await using var linked = await DialUntilLinked(swarm, listener, snp);
        Assert.Equal(0, Assert.IsType<SwarmIdentity.Guest>(linked.Peer).Slot);
    }

    private static async Task<PeerWatch> Watch(SwarmOfHardware swarm, Credentials guest)
    {
        var watch = await PeerWatch.Start(swarm.Ticket(), swarm.Manifest, swarm.Client(), guest.Key, swarm.Roots, platformKeys: null, swarm.Clock, new GuestLog("guest", swarm.Clock), Cancel);
        guest.Attestation = watch.Attestation;
        return watch;
    }

    private static OverlayListener Listen(SwarmOfHardware swarm, Credentials guest) =>
        OverlayListener.Start(new IPEndPoint(IPAddress.Loopback, 0), guest.Overlay, swarm.Clock);

    private static Task<OverlayConnection> Dial(SwarmOfHardware swarm, OverlayListener listener, Credentials guest) =>
        OverlayDialer.Dial(listener.LocalEndPoint, guest.Overlay, _ => true, swarm.Clock, Cancel);

    // The guest asks for the policy now and then; how long that may take here is bounded by what a busy machine needs.
    private static async Task<OverlayConnection> DialUntilLinked(SwarmOfHardware swarm, OverlayListener listener, Credentials guest)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        bound.CancelAfter(Patience);
        while (true)
        {
            try
            {
                return await Dial(swarm, listener, guest);
            }
            catch (OverlayException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), swarm.Clock, bound.Token);
            }
        }
    }

    private static async Task AssertCarries(OverlayConnection from, OverlayConnection to)
    {
        await from.Send(new byte[] { 1 }, Cancel);
        using var frame = await to.Receive(Cancel);
        Assert.Equal(1, frame!.Memory.Span[0]);
    }
}
