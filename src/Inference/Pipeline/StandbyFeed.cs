using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using SwarmCompute.Overlay;

namespace SwarmCompute.Inference;

/// <summary>
/// Hands a standby what it needs to take this stage's place: every frame that the kernel has finished, with what the layers know of its tokens.
/// Exports are made on the kernel's thread between batches, and only as far as there is room towards the standby: one that is slow falls behind
/// and catches up, one that is lost begins anew; the ring waits for neither.
/// </summary>
internal sealed partial class StandbyFeed(
    PipelineOptions options, Lock gate, BoundarySender sender, KernelWorker worker, Func<IEnumerable<StageSession>> sessions, ILogger log) : IOutboundNode
{
    private const int QueueMax = 16, BytesAtOnce = 4 * 1024 * 1024, FramesAtOnce = 64;

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Queue<StageSession> _behind = new();
    private readonly Queue<SessionId> _closed = new();
    private readonly FrameReader _reader = new();
    private Channel<FrameSlice>? _link;

    /// <summary>Finished frames that the standby lacks; null where no standby is linked. Read under the gate.</summary>
    public int? Lag => _link is null ? null : sessions().Where(session => !session.IsRefused && !session.StaysHere).Sum(session => session.Ends.Count - session.Handed);

    /// <summary>A session has frames that were not handed over yet. Called under the gate.</summary>
    public void Note(StageSession session)
    {
        if (_link is null || session.StaysHere || session.IsBehind || session.Handed == session.Ends.Count) return;
        if (_behind.Count == 4 * options.SessionsMax)                        // closed ones among them: the standby takes nothing any more
        {
            OutboundDown();
            return;
        }
        session.IsBehind = true;
        _behind.Enqueue(session);
        _wake.Writer.TryWrite(true);
    }

    /// <summary>A session is over. Called under the gate.</summary>
    public void Close(StageSession session)
    {
        if (_link is null || session.Handed == 0) return;                    // what was never handed over needs no end: so this queue is bounded
        _closed.Enqueue(session.Id);
        _wake.Writer.TryWrite(true);
    }

    public ChannelReader<FrameSlice> OutboundUp(Dictionary<SessionId, long> have)
    {
        OutboundDown();
        var link = _link = Channel.CreateBounded<FrameSlice>(new BoundedChannelOptions(QueueMax) { SingleReader = true });
        foreach (var session in sessions())
        {
            (session.Handed, session.IsBehind) = (0, false);
            Note(session);
        }
        return link.Reader;
    }

    public void OutboundDown()
    {
        _link?.Writer.TryComplete();
        _link = null;
        _behind.Clear();
        _closed.Clear();
    }

    /// <summary>Hands over whatever there is, for as long as the stage lives.</summary>
    public async Task Run(CancellationToken stop)
    {
        try
        {
            await foreach (var _ in _wake.Reader.ReadAllAsync(stop))
                while (await HandOver(stop)) { }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            LogStopped(log, options.Slot);
        }
    }

    /// <summary>Whether there may be more.</summary>
    private async Task<bool> HandOver(CancellationToken stop)
    {
        Channel<FrameSlice>? link;
        lock (gate) link = _link;
        if (link is null) return false;
        var taken = new TaskCompletionSource<List<byte[]>>(TaskCreationOptions.RunContinuationsAsynchronously);
        worker.PostUrgent(() => taken.SetResult(Take(link)));
        var frames = await taken.Task.WaitAsync(stop);
        try
        {
            foreach (var frame in frames) await link.Writer.WriteAsync(FrameSlice.Of(frame), stop);
        }
        catch (ChannelClosedException)
        {
            return true;                                                     // the link is gone; there may be a new one
        }
        return frames.Count > 0;
    }

    /// <summary>What is to be sent next. On the kernel's thread: so what is finished cannot change under it.</summary>
    private List<byte[]> Take(Channel<FrameSlice> link)
    {
        var frames = new List<byte[]>();
        int most;
        lock (gate)
        {
            if (link != _link) return frames;
            while (_closed.TryDequeue(out var over)) frames.Add(BoundaryFrame.Close(over));
            most = frames.Count + Math.Max(FramesAtOnce, 2 * _behind.Count);
        }
        for (var bytes = 0; bytes < BytesAtOnce && frames.Count < most && Next(link, out var sequence, out var sent) is { } session;)
        {
            if (Export(session, sequence, sent) is not { } frame) continue;
            frames.Add(frame);
            bytes += frame.Length;
            lock (gate)
            {
                if (link != _link) break;
                session.Handed++;
                Note(session);
            }
        }
        return frames;
    }

    private StageSession? Next(Channel<FrameSlice> link, out int sequence, out FrameSlice sent)
    {
        (sequence, sent) = (0, default);
        lock (gate)
        {
            while (link == _link && _behind.TryDequeue(out var session))
            {
                session.IsBehind = false;
                if (session.IsOver || session.IsRefused) continue;
                sequence = session.Handed;
                sent = sender.Kept(session.Id, sequence);
                return session;
            }
        }
        return null;
    }

    private byte[]? Export(StageSession session, int sequence, FrameSlice sent)
    {
        var (from, to) = (sequence == 0 ? 0 : session.Ends[sequence - 1], session.Ends[sequence]);
        try
        {
            var frame = BoundaryFrame.Handed(session.Id, sequence, from, to - from, _reader.Open(sent).Span, session.Kernel!.Export(from, to));
            if (frame.Length <= OverlayLimits.FrameBytesMax) return frame;
            LogKept(log, options.Slot, session.Id.Number, $"{frame.Length} bytes do not fit into a frame of {OverlayLimits.FrameBytesMax}; let a call have fewer tokens");
        }
        catch (InferenceException fault)
        {
            LogKept(log, options.Slot, session.Id.Number, fault.Message);
        }
        finally
        {
            _reader.Close();
            sent.Release();
        }
        return null;                                                         // the standby does not get this session: its successor replays it
    }

    [LoggerMessage(5121, LogLevel.Debug, "Stage {Slot}: hands over no more.")]
    private static partial void LogStopped(ILogger log, int slot);

    [LoggerMessage(5122, LogLevel.Warning, "Stage {Slot}: session {Number} cannot be handed over: {Reason}")]
    private static partial void LogKept(ILogger log, int slot, uint number, string reason);
}
