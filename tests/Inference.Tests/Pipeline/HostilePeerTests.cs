using SwarmCompute.Overlay;
using Xunit;

namespace SwarmCompute.Inference.Tests.Pipeline;

/// <summary>A peer that the order's root vouches for, and that misbehaves, is cut off with a reason; the others generate as before.</summary>
public sealed class HostilePeerTests
{
    private const uint Head = 1;
    private static readonly SessionId Session = new(Head, 99);

    private static readonly Dictionary<string, (Func<RawPeer, Task> Act, string Reason)> Misdeeds = new()
    {
        ["a frame of nothing"] = (peer => peer.WriteLength(0, Cancel), "shorter than its header"),
        ["a length over the bound"] = (peer => peer.WriteLength(OverlayLimits.FrameBytesMax + 1, Cancel), "at most 16777216 are taken"),
        ["a length below 0"] = (peer => peer.WriteLength(-1, Cancel), "announced a frame of 4294967295 bytes"),
        ["the greatest length, then silence"] = (peer => peer.WriteLength(OverlayLimits.FrameBytesMax, Cancel), "nothing was heard"),
        ["a byte now and then"] = (Trickle, "nothing was heard"),
        ["an unknown kind"] = (peer => peer.Send([77, .. new byte[BoundaryFrame.HeaderSize - 1]], Cancel), "of kind 77"),
        ["a gap"] = (peer => peer.Send(Hidden(sequence: 4), Cancel), "came where 0 was expected"),
        ["a wrong position"] = (peer => peer.Send(Hidden(position: 5), Cancel), "an impossible place"),
        ["too many tokens at once"] = (peer => peer.Send(Hidden(tokens: 9), Cancel), "an impossible place"),
        ["a wrong width"] = (peer => peer.Send(Hidden(length: FakeKernel.Length + 1), Cancel), "a wrong width"),
        ["a width of megabytes"] = (peer => peer.Send(Hidden(length: 1 << 20), Cancel), "a wrong width"),
        ["thousands of sessions"] = (peer => Flood(peer, number => Hidden(number: number)), "more than 16 sessions are open"),
        ["a sync of too many"] = (peer => peer.Send(BoundaryFrame.Sync(Head, 1, [.. Enumerable.Range(1, 1024).Select(n => (uint)n)]), Cancel), "more than 16 sessions"),
        ["a sync of session 0"] = (peer => peer.Send(BoundaryFrame.Sync(Head, 1, [0]), Cancel), "session 0 cannot be open"),
        ["a head to come"] = (peer => peer.Send(BoundaryFrame.Sync(uint.MaxValue, 1, []), Cancel), "speaks for epoch 4294967295"),
        ["pings without end"] = (peer => Flood(peer, _ => BoundaryFrame.Ping()), "it asked more than"),
        ["an answer to nothing"] = (peer => peer.Send(BoundaryFrame.Pong(), Cancel), "of kind Pong came down"),
        ["what it has"] = (peer => peer.Send(BoundaryFrame.Have([]), Cancel), "of kind Have came down"),
        ["candidates for a middle stage"] = (peer => peer.Send(BoundaryFrame.OfCandidates(Session, 0, new([1], [1f], 1f)), Cancel), "of kind Candidates came down"),
        ["what only a holder hands over"] = (peer => peer.Send(BoundaryFrame.Handed(Session, 0, 0, 1, [], [1]), Cancel), "of kind Handed came down"),
        ["a history of an impossible event"] = (peer => peer.Send(History(1, events: new AnswerEvent(8, 5)), Cancel), "is impossible"),
        ["a history of an impossible token"] = (peer => peer.Send(History(1, events: new AnswerEvent(0, -2)), Cancel), "is impossible"),
        ["a history that is too long"] = (peer => peer.Send(History(1, from: 8 * 257, events: new AnswerEvent(0, 5)), Cancel), "an impossible history"),
        ["a history of no day"] = (peer => peer.Send(History(1, begun: long.MaxValue), Cancel), "an impossible history"),
        ["an answer that becomes another one"] = (BecomesAnother, "became another one"),
        ["histories without end"] = (peer => Flood(peer, number => History(number)), "it sent more than"),
        ["a frame of a session that was closed"] = (ClosedThenGoesOn, "came where 0 was expected"),
    };

    public static TheoryData<string> Names => [.. Misdeeds.Keys];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Names))]
    public async Task A_certified_peer_that_misbehaves_is_cut_off_with_one_line_and_the_ring_generates_as_before(string name)
    {
        var log = new LineLog();
        await using var ring = new TestRing(3, TestRing.Fast(3) with { SilenceMax = TimeSpan.FromSeconds(2) }, log: log);
        await ring.Stands(Cancel);
        var undisturbed = await ring.Generate(9, 9, Cancel);
        var wire = ring[1].Wire;
        wire.Freeze();                                                       // or the true head would have its link back at once
        await using (var rogue = await RawPeer.Dial(wire.To, ring.Credentials(0, Head), Cancel))
        {
            await Misdeeds[name].Act(rogue);
            await rogue.End(Cancel);
        }
        Assert.Equal(1, await log.Count("Stage 1: the link from ", Misdeeds[name].Reason, Cancel));
        wire.Thaw();
        Assert.Equal(undisturbed, await ring.Generate(9, 9, Cancel));
        Assert.InRange(ring[1].Stage!.OpenSessions, 0, 2 * 8);
        Assert.InRange(ring[1].Stage!.KeptHistories.Answers, 0, AnswerHistories.AnswersMax);
    }

    [Fact]
    public async Task A_frame_that_is_sent_again_is_not_run_again()
    {
        await using var ring = new TestRing(3);
        await ring.Stands(Cancel);
        var kernel = (FakeKernel)ring[1].Kernel;
        var undisturbed = await ring.Generate(9, 9, Cancel);
        var generation = kernel.Calls;
        var wire = ring[1].Wire;
        wire.Freeze();
        await using (var rogue = await RawPeer.Dial(wire.To, ring.Credentials(0, Head), Cancel))
        {
            foreach (var sequence in new[] { 0, 0, 1, 0, 1, 0 }) await rogue.Send(Hidden(sequence, position: sequence), Cancel);
            while (kernel.Calls < generation + 2) await Task.Delay(2, Cancel);
            await rogue.Send(BoundaryFrame.Ping(), Cancel);
            Assert.Equal(BoundaryFrame.Pong(), await rogue.Read(Cancel));
        }
        wire.Thaw();
        Assert.Equal(undisturbed, await ring.Generate(9, 9, Cancel));
        Assert.Equal(2 * generation + 2, kernel.Calls);
    }

    [Fact]
    public async Task A_stage_that_spoke_for_a_head_that_never_was_is_replaced_and_the_ring_generates_as_before()
    {
        await using var ring = new TestRing(4);
        await ring.Stands(Cancel);
        var undisturbed = await ring.Generate(9, 9, Cancel);
        ring[2].Wire.Freeze();
        await using (var rogue = await RawPeer.Dial(ring[2].Wire.To, ring.Credentials(1, Head), Cancel))
        {
            await rogue.Send(BoundaryFrame.Sync(uint.MaxValue, long.MaxValue, [7]), Cancel);
            while (ring[2].Stage!.OpenSessions == 0 || ring[3].Stage!.OpenSessions == 0) await Task.Delay(2, Cancel);
        }
        ring[2].Wire.Thaw();
        await ring.Kill(1);
        ring.Replace(1);
        Assert.Equal(undisturbed, await ring.Generate(9, 9, Cancel));
    }

    [Fact]
    public async Task States_that_are_no_numbers_end_their_session_and_no_other()
    {
        await using var ring = new TestRing(3, kernels: (slot, _) => slot == 1 ? new NoNumbers(new FakeKernel(1, last: false)) : new FakeKernel(slot, slot == 2));
        await ring.Stands(Cancel);
        var fault = await Assert.ThrowsAsync<PipelineException>(() => ring.Generate(9, 9, Cancel));
        Assert.Contains("stage 2: Its states are not all finite numbers", fault.Message, StringComparison.Ordinal);
        Assert.Equal(0, ((FakeKernel)ring[2].Kernel).Calls);
        Assert.True(ring.Head.IsReady);
    }

    [Fact]
    public async Task Sessions_that_are_opened_and_closed_faster_than_the_kernel_frees_them_end_the_link()
    {
        var log = new LineLog();
        using var blocked = new ManualResetEventSlim();
        await using var ring = new TestRing(2, kernels: (slot, _) => new FakeKernel(slot, slot == 1, onCall: _ => { if (slot == 1) blocked.Wait(Cancel); }), log: log);
        await ring.Stands(Cancel);
        ring[1].Wire.Freeze();
        await using (var rogue = await RawPeer.Dial(ring[1].Wire.To, ring.Credentials(0, Head), Cancel))
        {
            await rogue.Send(Hidden(number: 1_000_000), Cancel);
            await Flood(rogue, number => number % 2 == 1 ? Hidden(number: number / 2 + 1) : BoundaryFrame.Close(new SessionId(Head, number / 2)));
            await rogue.End(Cancel);
        }
        Assert.Equal(1, await log.Count("Stage 1: the link from ", $"more than {PipelineOptions.ClosingMax} closed sessions", Cancel));
        blocked.Set();
        ring[1].Wire.Thaw();
        Assert.Equal(9, (await ring.Generate(9, 9, Cancel)).Count);
    }

    [Fact]
    public async Task A_peer_that_reads_nothing_is_given_up_while_a_frame_to_it_waits()
    {
        await using var ring = new TestRing(2);
        await using var listener = OverlayListener.Start(new(System.Net.IPAddress.Loopback, 0), ring.Credentials(1, 1), TimeProvider.System);
        await using var link = await OverlayDialer.Dial(listener.LocalEndPoint, ring.Credentials(0, 1), _ => true, TimeProvider.System, Cancel);
        var options = TestRing.Fast(2) with { PingEvery = TimeSpan.FromMilliseconds(20), SilenceMax = TimeSpan.FromMilliseconds(500) };
        var watch = new LinkWatch(TimeProvider.System, options);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var sending = SendOn(link, over.Token);
        var silence = watch.Silence(link, Cancel);
        while (!silence.IsCompleted)
        {
            watch.Heard();
            await Task.Delay(2, Cancel);
        }
        Assert.Contains("it took nothing", await silence, StringComparison.Ordinal);
        await over.CancelAsync();
        await sending;
    }

    [Fact]
    public void Candidates_that_no_engine_gives_are_refused_and_still_owed()
    {
        foreach (var impossible in new Candidates[] { new([-1], [1f], 1f), new([1], [float.NaN], 1f), new([1], [float.PositiveInfinity], 1f), new([1], [1f], float.NaN) })
        {
            var session = new HeadSession(Session, null, default, false);
            session.Advance(1);
            var answer = session.Expect(0);
            Assert.Throws<BoundaryProtocolException>(() => session.Answer(0, () => new HeadAnswer(BoundaryFrame.ReadCandidates(BoundaryFrame.OfCandidates(Session, 0, impossible), 1), [])));
            Assert.Equal((0L, false), (session.Expected, answer.IsCompleted));
        }
    }

    private static byte[] Hidden(long sequence = 0, int position = 0, int tokens = 1, int length = FakeKernel.Length, uint number = 99) =>
        BoundaryFrame.Hidden(new SessionId(Head, number), sequence, position, tokens, wantsCandidates: true, length);

    private static async Task Flood(RawPeer peer, Func<uint, byte[]> frame)
    {
        for (uint number = 1_001; await peer.Send(frame(number), Cancel); number++) { }
    }

    private static async Task Trickle(RawPeer peer)
    {
        await peer.WriteLength(1 << 20, Cancel);
        while (await peer.Write(new byte[1], Cancel)) await Task.Delay(20, Cancel);
    }

    private static async Task ClosedThenGoesOn(RawPeer peer)
    {
        await peer.Send(Hidden(), Cancel);
        await peer.Send(BoundaryFrame.Close(Session), Cancel);
        await peer.Send(Hidden(sequence: 1, position: 1), Cancel);
    }

    private static async Task BecomesAnother(RawPeer peer)
    {
        await peer.Send(History(1), Cancel);
        await peer.Send(History(1, request: 2), Cancel);
    }

    private static byte[] History(uint number, int from = 0, long begun = 5, byte request = 1, params AnswerEvent[] events) =>
        BoundaryFrame.History(Head, new AnswerHistory(new AnswerId(true, 7, number), Hash32.Sha256([request]), begun), events, from);

    private static async Task SendOn(OverlayConnection link, CancellationToken cancel)
    {
        try
        {
            while (true) await link.Send(new byte[64 * 1024], cancel);
        }
        catch (Exception fault) when (fault is OverlayException or OperationCanceledException)
        {
            return;                                                          // the link was given up
        }
    }

    private sealed class NoNumbers(IStageKernel kernel) : IStageKernel
    {
        public int EmbeddingLength => kernel.EmbeddingLength;

        public int ContextTokensMax => kernel.ContextTokensMax;

        public int BatchTokensMax => kernel.BatchTokensMax;

        public IStageSession Open() => kernel.Open();

        public void Run(ReadOnlySpan<StageCall> calls)
        {
            kernel.Run(calls);
            foreach (var call in calls) BitConverter.TryWriteBytes(call.Result.Span, float.NaN);
        }

        public void Dispose() => kernel.Dispose();
    }
}
