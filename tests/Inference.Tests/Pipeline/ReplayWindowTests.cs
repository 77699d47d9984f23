using CsCheck;
using Xunit;

namespace SwarmCompute.Inference.Tests.Pipeline;

public sealed class ReplayWindowTests
{
    private readonly FrameBlocks _blocks = new();

    [Fact]
    public void A_block_is_used_again_only_once_its_window_and_its_link_let_go_of_it()
    {
        var window = new ReplayWindow(_blocks, latestOnly: false);
        var frame = window.Reserve(100);
        window.Keep(0, frame);
        frame.Hold();                                                        // as a link's queue does
        window.Clear();
        Assert.NotSame(frame.Block, _blocks.Rent(100));
        frame.Release();
        Assert.Same(frame.Block, _blocks.Rent(100));
    }

    [Fact]
    public void A_block_that_is_released_once_too_often_is_an_error()
    {
        var frame = new ReplayWindow(_blocks, latestOnly: false).Reserve(1);
        frame.Release();
        frame.Release();
        Assert.Throws<InvalidOperationException>(frame.Release);
    }

    [Fact]
    public void A_frame_that_does_not_follow_is_an_error()
    {
        var window = new ReplayWindow(_blocks, latestOnly: false);
        Assert.Throws<InvalidOperationException>(() => window.Keep(1, window.Reserve(1)));
    }

    [Fact]
    public void Where_only_the_latest_counts_the_one_before_is_let_go()
    {
        var window = new ReplayWindow(_blocks, latestOnly: true);
        for (var sequence = 3; sequence < 9; sequence++) window.Keep(sequence, FrameSlice.Of([(byte)sequence]));
        Assert.True(window.At(7).IsNone);
        Assert.Equal([8], Assert.Single(window.From(0)).Memory.ToArray());
    }

    /// <summary>Each frame is filled with a number of its own: one that another frame wrote over would show it.</summary>
    [Fact]
    public void Frames_keep_their_bytes_for_as_long_as_they_are_held_whatever_sessions_come_and_go() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 9], Gen.Int[1, 100_000]).Array[1, 200].Sample(steps =>
        {
            var blocks = new FrameBlocks();
            var windows = Enumerable.Range(0, 4).Select(_ => new ReplayWindow(blocks, latestOnly: false)).ToList();
            var (kept, queued) = (windows.ConvertAll(_ => new List<byte>()), new Queue<(FrameSlice Frame, byte Tag)>());
            var tag = 0;
            foreach (var (session, step, length) in steps)
            {
                if (step == 0) Clear(windows[session], kept[session]);
                else if (step == 1) while (queued.TryDequeue(out var sent)) Sent(sent.Frame, sent.Tag);
                else
                {
                    var (frame, mark) = (windows[session].Reserve(length), (byte)(++tag % 251));
                    frame.Span.Fill(mark);
                    windows[session].Keep(kept[session].Count, frame);
                    kept[session].Add(mark);
                    if (step > 5) queued.Enqueue((frame.Hold(), mark));
                }
                foreach (var (window, marks) in windows.Zip(kept)) Assert.Equal(marks, window.From(0).Select(frame => frame.Span[0]));
            }
            for (var session = 0; session < 4; session++) Clear(windows[session], kept[session]);
            while (queued.TryDequeue(out var sent)) Sent(sent.Frame, sent.Tag);
        }, iter: 200);

    private static void Clear(ReplayWindow window, List<byte> marks)
    {
        foreach (var (frame, mark) in window.From(0).Zip(marks)) Assert.False(frame.Span.ContainsAnyExcept(mark));
        window.Clear();
        marks.Clear();
    }

    private static void Sent(FrameSlice frame, byte mark)
    {
        Assert.False(frame.Span.ContainsAnyExcept(mark));
        frame.Release();
    }
}
