using Xunit;

namespace SwarmCompute.Inference.Tests.Pipeline;

public sealed class BoundaryQueueTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Frames_come_in_the_order_in_which_they_were_written_whoever_waits_first()
    {
        var (queue, read) = (new BoundaryQueue(framesMax: 1000), new List<int>());
        var writing = new Thread(() =>
        {
            for (var i = 0; i < 500; i++) Assert.True(queue.TryWrite(FrameSlice.Of(BitConverter.GetBytes(i))));
        });
        writing.Start();
        while (read.Count < 500 && await queue.WaitToReadAsync(Cancel))
            while (queue.TryRead(out var frame)) read.Add(BitConverter.ToInt32(frame.Span));
        writing.Join();
        Assert.Equal(Enumerable.Range(0, 500), read);
    }

    [Fact]
    public void A_queue_that_is_full_takes_no_frame_until_one_is_read()
    {
        var queue = new BoundaryQueue(framesMax: 2);
        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(_ => queue.TryWrite(FrameSlice.Of([1]))).ToList());
        Assert.True(queue.TryRead(out _));
        Assert.True(queue.TryWrite(FrameSlice.Of([1])));
    }

    [Fact]
    public async Task A_queue_that_ends_lets_go_of_what_waits_and_takes_no_more()
    {
        var (queue, blocks) = (new BoundaryQueue(framesMax: 8), new FrameBlocks());
        var window = new ReplayWindow(blocks, latestOnly: false);
        var frame = window.Reserve(10);
        window.Keep(0, frame);
        Assert.True(queue.TryWrite(frame));
        window.Clear();
        queue.Complete();
        Assert.Same(frame.Block, blocks.Rent(10));
        Assert.False(await queue.WaitToReadAsync(Cancel));
        Assert.False(queue.TryWrite(FrameSlice.Of([1])));
    }

    [Fact]
    public async Task A_reader_that_waits_hears_of_the_end()
    {
        var queue = new BoundaryQueue(framesMax: 8);
        var waiting = queue.WaitToReadAsync(Cancel).AsTask();
        Assert.False(waiting.IsCompleted);
        queue.Complete();
        Assert.False(await waiting);
    }

    [Fact]
    public async Task A_wait_that_is_cancelled_ends_and_the_next_one_hears_of_the_next_frame()
    {
        var queue = new BoundaryQueue(framesMax: 8);
        using var cancel = new CancellationTokenSource();
        var waiting = queue.WaitToReadAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        var again = queue.WaitToReadAsync(Cancel).AsTask();
        Assert.True(queue.TryWrite(FrameSlice.Of([1])));
        Assert.True(await again);
    }
}
