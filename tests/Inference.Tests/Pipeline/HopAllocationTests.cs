using System.Runtime.CompilerServices;
using SwarmCompute.Overlay;
using Xunit;

namespace SwarmCompute.Inference.Tests.Pipeline;

/// <summary>Counts what the whole process allocates, so nothing else may run beside it.</summary>
[CollectionDefinition(nameof(HopAllocationTests), DisableParallelization = true)]
[Collection(nameof(HopAllocationTests))]
public sealed class HopAllocationTests
{
    private const int Width = 2048, Tokens = 400, Rounds = 5, HistoryTokens = 4;

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
        await using var ends = await LoneStage.Link(Cancel);
        await using var lone = await LoneStage.Start(Width, LoneStage.Options(2 * Tokens) with { Boundary = format }, Cancel);

        var (link, hop) = (await Least(ends.From, ends.To), await Least(lone.From, lone.To, format));

        TestContext.Current.TestOutputHelper?.WriteLine($"{format}: {link:F1} bytes a frame over one link, {hop:F1} over two links and a stage");
        Assert.InRange(hop - 2 * link, double.NegativeInfinity, 16);
    }

    /// <summary>A history of some tokens of an answer comes now and then: kept, it takes 8 bytes a token in a list that doubles, and a frame goes on.</summary>
    [Fact]
    public async Task A_middle_stage_that_keeps_what_was_told_allocates_little_more()
    {
        await using var ends = await LoneStage.Link(Cancel);
        await using var lone = await LoneStage.Start(Width, LoneStage.Options(2 * Tokens), Cancel);

        var (link, hop) = (await Least(ends.From, ends.To), await Least(lone.From, lone.To, histories: true));

        TestContext.Current.TestOutputHelper?.WriteLine($"{link:F1} bytes a frame over one link, {hop:F1} over two links and a stage that keeps histories");
        Assert.InRange(hop - 2 * link, double.NegativeInfinity, 64);
    }

    [Fact]
    public async Task A_link_allocates_next_to_nothing_for_a_frame()
    {
        await using var ends = await LoneStage.Link(Cancel);
        Assert.InRange(await Least(ends.From, ends.To), 0, 16);
    }

    /// <summary>What is allocated for a frame, from the sending end to the receiving one: in the best round.</summary>
    private static async Task<double> Least(OverlayConnection from, OverlayConnection to, BoundaryFormat format = BoundaryFormat.F32, bool histories = false)
    {
        var least = double.PositiveInfinity;
        for (var round = 0u; round <= Rounds; round++)
        {
            var bytes = await Session(from, to, new SessionId(1, round + 1), format, histories ? Histories(round) : []);
            if (round > 0) least = Math.Min(least, bytes / (double)Tokens);
        }
        return least;
    }

    /// <summary>Sends a session's frames one by one, each after the last one came out, and ends it.</summary>
    private static async Task<long> Session(OverlayConnection from, OverlayConnection to, SessionId id, BoundaryFormat format, byte[][] histories)
    {
        var sent = new byte[BoundaryFrame.HiddenBytes(1, Width, format)];
        using var received = new OverlayFrame();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var token = 0; token < Tokens; token++)
        {
            BoundaryFrame.WriteHidden(sent, id, token, token, 1, wantsCandidates: true, format);
            sent[BoundaryFrame.HeaderSize] = (byte)(token % 256);
            if (token % HistoryTokens == 0 && histories.Length > 0) await from.Send(histories[token / HistoryTokens], Cancel);
            await from.Send(sent, Cancel);
            await Next(to, received, FrameKind.Hidden);
            if (!received.Memory.Span.SequenceEqual(sent)) Assert.Fail($"frame {token} is not what was sent");
        }
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        await from.Send(BoundaryFrame.Close(id), Cancel);
        await Next(to, received, FrameKind.CloseSession);
        return allocated;
    }

    /// <summary>An answer's tokens, some in each frame.</summary>
    private static byte[][] Histories(uint round)
    {
        var answer = new AnswerHistory(new AnswerId(true, 5, round), default, begun: 5);
        var events = Enumerable.Repeat(new AnswerEvent(0, 7), HistoryTokens).ToArray();
        return [.. Enumerable.Range(0, Tokens / HistoryTokens).Select(part => BoundaryFrame.History(1, answer, events, part * HistoryTokens))];
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask Next(OverlayConnection to, OverlayFrame received, FrameKind kind)
    {
        do await to.Receive(received, Cancel);
        while (received.Memory.Span[0] != (byte)kind);
    }
}
