using System.Net;
using SwarmCompute.Attestation;
using SwarmCompute.Overlay;
using Xunit;

namespace SwarmCompute.Inference.Tests.Pipeline;

public sealed class LinkTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_peer_of_an_epoch_that_is_over_is_turned_away_and_the_ring_goes_on()
    {
        await using var ring = new TestRing(3);
        await ring.Stands(Cancel);
        await ring.Kill(0);
        ring.Replace(0);
        await ring.Stands(Cancel);

        Assert.Contains("epoch 1 of slot 0 is over; it is at 2", await Refusal(ring, ring.Credentials(0, epoch: 1)), StringComparison.Ordinal);
        Assert.Equal(5, (await ring.Generate(5, 5, Cancel)).Count);
    }

    [Theory]
    [InlineData(2, 7UL)]
    [InlineData(1, 7UL)]
    [InlineData(0, 8UL)]
    public async Task Only_the_slot_before_of_the_same_order_may_send(int slot, ulong order)
    {
        await using var ring = new TestRing(3);
        await ring.Stands(Cancel);

        Assert.Contains("is not slot 0 of order 7", await Refusal(ring, ring.Credentials(slot, 9, order)), StringComparison.Ordinal);
        Assert.Equal(5, (await ring.Generate(5, 5, Cancel)).Count);
    }

    [Fact]
    public async Task A_peer_of_another_root_gets_no_link()
    {
        await using var ring = new TestRing(2);
        using var other = CertificateAuthority.Create(TimeProvider.System);
        var forged = TestRing.Credentials(other, 0, 9, 7) with { Root = ring.Credentials(0, 9).Root };

        await Assert.ThrowsAsync<OverlayException>(() => Dial(ring, forged));
    }

    [Fact]
    public async Task A_newer_peer_replaces_the_older_one()
    {
        await using var ring = new TestRing(2);
        await ring.Stands(Cancel);
        await using var newer = await Dial(ring, ring.Credentials(0, epoch: 2));
        using var have = await newer.Receive(Cancel);
        Assert.Null(BoundaryFrame.Read(have!.Memory.Span, out var frame));
        Assert.Equal(FrameKind.Have, frame.Kind);

        var request = ring.Head.Generate(TestRing.Request(5, 5), Cancel).GetAsyncEnumerator(Cancel);
        var waiting = request.MoveNextAsync().AsTask();
        await Task.WhenAny(waiting, Task.Delay(300, Cancel));
        Assert.False(waiting.IsCompleted);                                   // the old head's frames reach nobody any more
    }

    [Fact]
    public async Task A_frame_out_of_turn_ends_the_link_and_does_no_harm()
    {
        await using var ring = new TestRing(2);
        await ring.Stands(Cancel);
        var undisturbed = await ring.Generate(9, 9, Cancel);
        await using (var rogue = await Dial(ring, ring.Credentials(0, epoch: 1)))
        {
            (await rogue.Receive(Cancel))!.Dispose();
            await rogue.Send(BoundaryFrame.Hidden(new SessionId(1, 99), 4, 0, 1, true, FakeKernel.Length), Cancel);
            await EndOf(rogue);
        }
        Assert.Equal(undisturbed, await ring.Generate(9, 9, Cancel));
    }

    [Fact]
    public async Task Garbage_ends_the_link_and_does_no_harm()
    {
        await using var ring = new TestRing(2);
        await ring.Stands(Cancel);
        var undisturbed = await ring.Generate(9, 9, Cancel);
        await using (var rogue = await Dial(ring, ring.Credentials(0, epoch: 1)))
        {
            (await rogue.Receive(Cancel))!.Dispose();
            await rogue.Send(new byte[100], Cancel);
            await EndOf(rogue);
        }
        Assert.Equal(undisturbed, await ring.Generate(9, 9, Cancel));
    }

    [Fact]
    public async Task A_stage_that_dies_is_reported_lost_once_by_the_one_before_it()
    {
        await using var ring = new TestRing(3);
        await ring.Stands(Cancel);
        await ring.Kill(2);

        var lost = await Next<PipelineEvent.PeerLost>(ring[1]);
        Assert.Equal((2, new LeaseEpoch(1)), (lost.Slot, lost.Epoch));
        ring.Replace(2);
        await ring.Stands(Cancel);
        while (ring[1].Events.TryRead(out var happened)) Assert.IsNotType<PipelineEvent.PeerLost>(happened);
        while (ring[0].Events.TryRead(out var happened)) Assert.IsNotType<PipelineEvent.PeerLost>(happened);
    }

    [Fact]
    public async Task A_lost_head_is_reported_by_the_last_stage()
    {
        await using var ring = new TestRing(3);
        await ring.Stands(Cancel);
        await ring.Kill(0);
        Assert.Equal(0, (await Next<PipelineEvent.PeerLost>(ring[2])).Slot);
    }

    [Fact]
    public async Task A_wire_that_falls_silent_is_a_loss_and_the_answer_goes_on_when_it_speaks_again()
    {
        await using var ring = new TestRing(2, TestRing.Fast(2) with { PingEvery = TimeSpan.FromMilliseconds(50), SilenceMax = TimeSpan.FromMilliseconds(600) });
        await ring.Stands(Cancel);
        var undisturbed = await ring.Generate(5, 8, Cancel);
        var disturbed = await ring.Generate(5, 8, Cancel, async count =>
        {
            if (count != 4) return;
            ring[1].Wire.Freeze();
            // Whichever end notices the silence first ends the link; the other sees it break.
            Assert.Matches("nothing was heard|broke", (await Next<PipelineEvent.PeerLost>(ring[0])).Reason);
            ring[1].Wire.Thaw();
        });
        Assert.Equal(undisturbed, disturbed);
    }

    [Fact]
    public async Task A_peer_that_never_answers_is_lost_after_the_time_that_it_has()
    {
        await using var ring = new TestRing(2, TestRing.Fast(2) with { PingEvery = TimeSpan.FromMilliseconds(50), SilenceMax = TimeSpan.FromMilliseconds(300) });
        await ring.Kill(1);
        Assert.Equal(1, (await Next<PipelineEvent.PeerLost>(ring[0])).Slot);
    }

    [Fact]
    public async Task Every_member_says_once_for_each_map_that_it_is_ready()
    {
        await using var ring = new TestRing(3);
        await ring.Stands(Cancel);
        await ring.Kill(1);
        ring.Replace(1);
        await ring.Stands(Cancel);
        for (var slot = 0; slot < 3; slot++)
        {
            PipelineEvent.Ready ready;
            do ready = await Next<PipelineEvent.Ready>(ring[slot]);
            while (ready.Generation < 2);
            Assert.Equal(2, ready.Generation);
        }
    }

    [Fact]
    public async Task A_head_is_ready_only_once_every_stage_is_loaded()
    {
        await using var ring = new TestRing(2);
        await using var wire = ring[1].Wire;
        await ring[1].Stage!.DisposeAsync();
        var credentials = ring.Credentials(1, 2);
        var listener = OverlayListener.Start(new IPEndPoint(IPAddress.Loopback, 0), credentials, TimeProvider.System);
        await using var loading = PipelineStage.Start(TestRing.Fast(2) with { Slot = 1, Epoch = new LeaseEpoch(2) }, listener, credentials, TimeProvider.System);
        var map = new PipelineMap(9, [ring.Map.Stages[0], new StagePeer(1, new LeaseEpoch(2), listener.LocalEndPoint, credentials.Certificate)]);
        ring.Head.Update(map);
        loading.Update(map);
        await Task.Delay(200, Cancel);
        Assert.False(ring.Head.IsReady);

        loading.Attach(new FakeKernel(1, last: true));
        await ring.Stands(Cancel);
        Assert.Equal(9, (await Next<PipelineEvent.Ready>(ring[0])).Generation);
    }

    [Fact]
    public async Task A_stage_whose_slot_has_a_successor_says_that_it_is_over()
    {
        await using var ring = new TestRing(2);
        var successor = ring.Map.Stages[1] with { Epoch = new LeaseEpoch(2) };
        ring[1].Update(new PipelineMap(5, [ring.Map.Stages[0], successor]));
        Assert.Contains("successor", (await Next<PipelineEvent.Failed>(ring[1])).Reason, StringComparison.Ordinal);
    }

    private static async Task<T> Next<T>(TestRing.Member member) where T : PipelineEvent
    {
        await foreach (var happened in member.Events.ReadAllAsync(Cancel))
            if (happened is T wanted) return wanted;
        throw new InvalidOperationException("The member has stopped.");
    }

    private static async Task<string> Refusal(TestRing ring, OverlayCredentials credentials)
    {
        await using var link = await Dial(ring, credentials);
        using var first = await link.Receive(Cancel);
        Assert.Null(BoundaryFrame.Read(first!.Memory.Span, out var frame));
        Assert.Equal((FrameKind.Refused, default), (frame.Kind, frame.Session));
        return BoundaryFrame.ReadReason(first.Memory.Span);
    }

    private static Task<OverlayConnection> Dial(TestRing ring, OverlayCredentials credentials) =>
        OverlayDialer.Dial(ring[1].Wire.EndPoint, credentials, _ => true, TimeProvider.System, Cancel);

    private static async Task EndOf(OverlayConnection connection)
    {
        try
        {
            while (await connection.Receive(Cancel) is { } frame) frame.Dispose();
        }
        catch (OverlayException)
        {
            return;                                                          // a reset is an end as well
        }
    }
}
