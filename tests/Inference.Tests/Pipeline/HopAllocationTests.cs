using System.Net;
using System.Runtime.CompilerServices;
using SwarmCompute.Attestation;
using SwarmCompute.Overlay;
using Xunit;

namespace SwarmCompute.Inference.Tests.Pipeline;

/// <summary>Counts what the whole process allocates, so nothing else may run beside it.</summary>
[CollectionDefinition(nameof(HopAllocationTests), DisableParallelization = true)]
[Collection(nameof(HopAllocationTests))]
public sealed class HopAllocationTests : IDisposable
{
    private const int Width = 2048, Tokens = 400, Rounds = 5;

    private readonly CertificateAuthority _authority = CertificateAuthority.Create(TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>
    /// One session has warmed everything up; each after it is measured whole, with what opening it costs. A timer or a collection of the runtime
    /// may add something: the least of some rounds is judged.
    /// </summary>
    [Theory]
    [InlineData(BoundaryFormat.F32)]
    [InlineData(BoundaryFormat.Bf16)]
    public async Task A_middle_stage_allocates_next_to_nothing_for_a_token_that_passes_through_it(BoundaryFormat format)
    {
        await using var ends = await Ends();
        var credentials = Credentials(1);
        using var kernel = new CopyKernel(Width);
        var stageListener = Listen(1);
        await using var stage = PipelineStage.Start(Options(1) with { Boundary = format }, stageListener, credentials, TimeProvider.System);
        stage.Attach(kernel);
        await using var next = Listen(2);
        stage.Update(new PipelineMap(1, [Peer(0, stageListener), Peer(1, stageListener), Peer(2, next)]));
        await using var to = await Accept(next);
        await to.Send(BoundaryFrame.Have([], format), Cancel);
        await using var from = await OverlayDialer.Dial(stageListener.LocalEndPoint, Credentials(0), _ => true, TimeProvider.System, Cancel);
        (await from.Receive(Cancel))!.Dispose();

        var (link, hop) = (await Least(ends.From, ends.To), await Least(from, to, format));

        TestContext.Current.TestOutputHelper?.WriteLine($"{format}: {link:F1} bytes a frame over one link, {hop:F1} over two links and a stage");
        Assert.InRange(hop - 2 * link, double.NegativeInfinity, 16);
    }

    [Fact]
    public async Task A_link_allocates_next_to_nothing_for_a_frame()
    {
        await using var ends = await Ends();
        Assert.InRange(await Least(ends.From, ends.To), 0, 16);
    }

    public void Dispose() => _authority.Dispose();

    /// <summary>What is allocated for a frame, from the sending end to the receiving one: in the best round.</summary>
    private static async Task<double> Least(OverlayConnection from, OverlayConnection to, BoundaryFormat format = BoundaryFormat.F32)
    {
        var least = double.PositiveInfinity;
        for (var round = 0u; round <= Rounds; round++)
        {
            var bytes = await Session(from, to, new SessionId(1, round + 1), format);
            if (round > 0) least = Math.Min(least, bytes / (double)Tokens);
        }
        return least;
    }

    /// <summary>Sends a session's frames one by one, each after the last one came out, and ends it.</summary>
    private static async Task<long> Session(OverlayConnection from, OverlayConnection to, SessionId id, BoundaryFormat format)
    {
        var sent = new byte[BoundaryFrame.HiddenBytes(1, Width, format)];
        using var received = new OverlayFrame();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var token = 0; token < Tokens; token++)
        {
            BoundaryFrame.WriteHidden(sent, id, token, token, 1, wantsCandidates: true, format);
            sent[BoundaryFrame.HeaderSize] = (byte)(token % 256);
            await from.Send(sent, Cancel);
            await Next(to, received, FrameKind.Hidden);
            if (!received.Memory.Span.SequenceEqual(sent)) Assert.Fail($"frame {token} is not what was sent");
        }
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        await from.Send(BoundaryFrame.Close(id), Cancel);
        await Next(to, received, FrameKind.CloseSession);
        return allocated;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask Next(OverlayConnection to, OverlayFrame received, FrameKind kind)
    {
        do await to.Receive(received, Cancel);
        while (received.Memory.Span[0] != (byte)kind);
    }

    private async Task<Link> Ends()
    {
        await using var listener = Listen(2);
        var from = await OverlayDialer.Dial(listener.LocalEndPoint, Credentials(1), _ => true, TimeProvider.System, Cancel);
        return new Link(from, await Accept(listener));
    }

    private static async Task<OverlayConnection> Accept(OverlayListener listener)
    {
        await foreach (var connection in listener.Accept(Cancel)) return connection;
        throw new InvalidOperationException("The listener has stopped.");
    }

    private OverlayListener Listen(int slot) => OverlayListener.Start(new IPEndPoint(IPAddress.Loopback, 0), Credentials(slot), TimeProvider.System);

    private OverlayCredentials Credentials(int slot) => TestRing.Credentials(_authority, slot, 1, TestRing.Order.Value);

    private StagePeer Peer(int slot, OverlayListener listener) => new(slot, new LeaseEpoch(1), listener.LocalEndPoint, Credentials(slot).Certificate);

    private static PipelineOptions Options(int slot) => TestRing.Fast(3) with
    {
        Slot = slot,
        ContextTokens = 2 * Tokens,
        PingEvery = TimeSpan.FromMinutes(1),
        SilenceMax = TimeSpan.FromMinutes(5),
    };

    private sealed record Link(OverlayConnection From, OverlayConnection To) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await From.DisposeAsync();
            await To.DisposeAsync();
        }
    }

    /// <summary>A stage whose layers change nothing, and which allocates nothing.</summary>
    private sealed class CopyKernel(int width) : IStageKernel
    {
        public int EmbeddingLength => width;

        public int ContextTokensMax => 2 * Tokens;

        public int BatchTokensMax => 16;

        public IStageSession Open() => new Session();

        public void Run(ReadOnlySpan<StageCall> calls)
        {
            foreach (var call in calls) call.RunAlone(last: false);
        }

        public void Dispose() { /* holds nothing */ }

        private sealed class Session : IStageSession
        {
            public int Position { get; private set; }

            public void RunHidden(ReadOnlySpan<float> hiddenIn, int tokens, Span<float> hiddenOut)
            {
                hiddenIn.CopyTo(hiddenOut);
                Position += tokens;
            }

            public Candidates RunLast(ReadOnlySpan<float> hiddenIn, int tokens) => throw new InvalidOperationException("This is not the last stage.");

            public void Dispose() { /* holds nothing */ }
        }
    }
}
