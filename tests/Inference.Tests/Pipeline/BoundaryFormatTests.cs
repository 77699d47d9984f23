using System.Net;
using SwarmCompute.Overlay;
using Xunit;

namespace SwarmCompute.Inference.Tests.Pipeline;

public sealed class BoundaryFormatTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(BoundaryFormat.Bf16)]
    [InlineData(BoundaryFormat.ByteBlocks)]
    public async Task Lost_stages_change_nothing_in_a_format_that_is_not_exact_either(BoundaryFormat format)
    {
        await using var exact = new TestRing(3);
        await using var ring = new TestRing(3, TestRing.Fast(3) with { Boundary = format });
        await exact.Stands(Cancel);
        await ring.Stands(Cancel);
        var undisturbed = await ring.Generate(20, 30, Cancel);
        Assert.NotEqual(await exact.Generate(20, 30, Cancel), undisturbed);      // else nothing was rounded
        Assert.Equal(undisturbed, await ring.Generate(20, 30, Cancel, async count =>
        {
            if (count is not (8 or 17)) return;
            await ring.Kill(count == 8 ? 1 : 2);
            ring.Replace(count == 8 ? 1 : 2);
        }));
    }

    [Theory]
    [InlineData(BoundaryFormat.Bf16)]
    [InlineData(BoundaryFormat.ByteBlocks)]
    public async Task A_standby_is_handed_the_bytes_that_were_sent_and_goes_on_with_them(BoundaryFormat format)
    {
        await using var ring = new TestRing(3, TestRing.Fast(3) with { Boundary = format });
        await ring.Stands(Cancel);
        var undisturbed = await ring.Generate(20, 30, Cancel);
        var standby = ring.Follow(1);
        Assert.Equal(undisturbed, await ring.Generate(20, 30, Cancel, async count =>
        {
            if (count == 12)
            {
                await ring.Followed(standby, 1, Cancel);
                await ring.Kill(1);
                ring.Promote(standby);
            }
            if (count != 20) return;
            await ring.Kill(2);                                              // its successor is fed what the standby was handed
            ring.Replace(2);
        }));
    }

    [Fact]
    public async Task A_next_stage_that_takes_another_format_is_sent_nothing_and_the_reason_is_told()
    {
        await using var ring = new TestRing(3, TestRing.Fast(3) with { PingEvery = TimeSpan.FromMilliseconds(50), SilenceMax = TimeSpan.FromMilliseconds(300) });
        var credentials = ring.Credentials(2, 2);
        await using var other = PipelineStage.Start(
            TestRing.Fast(3) with { Slot = 2, Epoch = new LeaseEpoch(2), Boundary = BoundaryFormat.Bf16 }, Listen(credentials, out var endpoint), credentials, TimeProvider.System);
        ring[1].Update(new PipelineMap(9, [ring.Map.Stages[0], ring.Map.Stages[1], new StagePeer(2, new LeaseEpoch(2), endpoint, credentials.Certificate)]));
        await foreach (var happened in ring[1].Events.ReadAllAsync(Cancel))
        {
            if (happened is not PipelineEvent.PeerLost { Epoch.Value: 2 } lost) continue;
            Assert.Contains("takes hidden states as Bf16, and this stage has F32", lost.Reason, StringComparison.Ordinal);
            return;
        }
        Assert.Fail("the stage has stopped");
    }

    [Fact]
    public async Task States_in_another_format_end_the_link_and_do_no_harm()
    {
        await using var ring = new TestRing(2, TestRing.Fast(2) with { Boundary = BoundaryFormat.Bf16 });
        await ring.Stands(Cancel);
        var undisturbed = await ring.Generate(9, 9, Cancel);
        await using (var rogue = await OverlayDialer.Dial(ring[1].Wire.EndPoint, ring.Credentials(0, 1), _ => true, TimeProvider.System, Cancel))
        {
            (await rogue.Receive(Cancel))!.Dispose();
            await rogue.Send(BoundaryFrame.Hidden(new SessionId(1, 99), 0, 0, 1, true, FakeKernel.Length), Cancel);
            await Assert.ThrowsAsync<OverlayException>(async () =>
            {
                while (await rogue.Receive(Cancel) is { } frame) frame.Dispose();
                throw new OverlayException("It ended in order.");
            });
        }
        Assert.Equal(undisturbed, await ring.Generate(9, 9, Cancel));
    }

    [Fact]
    public void A_format_that_is_not_known_is_refused()
    {
        var frame = BoundaryFrame.Hidden(new SessionId(1, 1), 0, 0, 1, false, 36);
        frame[1] = 3 << 1;
        Assert.Contains("unknown flags", BoundaryFrame.Read(frame, out _), StringComparison.Ordinal);
        var fault = Assert.Throws<ArgumentOutOfRangeException>(() => (TestRing.Fast(2) with { Boundary = (BoundaryFormat)3 }).Validate());
        Assert.Contains("F32, Bf16 or ByteBlocks", fault.Message, StringComparison.Ordinal);
    }

    private static OverlayListener Listen(OverlayCredentials credentials, out EndPoint endpoint)
    {
        var listener = OverlayListener.Start(new IPEndPoint(IPAddress.Loopback, 0), credentials, TimeProvider.System);
        endpoint = listener.LocalEndPoint;
        return listener;
    }
}
