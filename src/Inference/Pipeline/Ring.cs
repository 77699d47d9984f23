using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using SwarmCompute.Overlay;

namespace SwarmCompute.Inference;

/// <summary>
/// A node's place in the ring head → 1 → … → last → head: its two links, what it sends, its map, its kernel's thread and what it tells
/// the guest. The gate guards all of the node's state; nothing under it waits.
/// </summary>
internal sealed partial class Ring : IAsyncDisposable
{
    private const int EventsMax = 256;

    private readonly PipelineOptions _options;
    private readonly OverlayListener _listener;
    private readonly IRingNode _node;
    private readonly InboundLinks _inbound;
    private readonly OutboundLink _outbound;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<PipelineEvent> _events =
        Channel.CreateBounded<PipelineEvent>(new BoundedChannelOptions(EventsMax) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly ITimer _historiesTimer;
    private bool _historiesWait;
    private Task _running = Task.CompletedTask;
    private long _readyGeneration = -1;

    public Ring(PipelineOptions options, OverlayListener listener, OverlayCredentials credentials, TimeProvider time, IRingNode node, ILogger log)
    {
        options.Validate();
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("Hidden states are little-endian on the wire and in memory; this machine is not.");
        (_options, _listener, _node, _log) = (options, listener, node, log);
        Histories = new AnswerHistories(options);
        Sender = new BoundarySender(options, Histories);
        _historiesTimer = time.CreateTimer(static ring => ((Ring)ring!).HistoriesDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Worker = new KernelWorker($"stage {options.Slot}", time, fault => Raise(new PipelineEvent.Failed($"The kernel of stage {options.Slot} failed: {fault.Message}")));
        _inbound = new InboundLinks(options, listener, time, Gate, node, Watched, log);
        _outbound = new OutboundLink(options, credentials, time, Gate, node, Raise, log);
    }

    public Lock Gate { get; } = new();

    public BoundarySender Sender { get; }

    /// <summary>What is known of streamed answers. Used under the gate.</summary>
    public AnswerHistories Histories { get; }

    public KernelWorker Worker { get; }

    public PipelineMap? Map { get; private set; }

    public bool InboundIsUp => _inbound.IsUp;

    public ChannelReader<PipelineEvent> Events => _events.Reader;

    public void Start() => _running = _options.Slots == 1 ? Task.CompletedTask : Task.WhenAll(Watched(_inbound.Run(_stop.Token)), Watched(_outbound.Run(_stop.Token)));

    /// <summary>
    /// More is known of streamed answers. It is sent on at once, but soon after another time only then: one frame for some tokens of an answer, not for
    /// each. Called under the gate.
    /// </summary>
    public void HistoriesChanged()
    {
        if (_historiesWait) return;
        Sender.SendHistories();
        _historiesWait = _historiesTimer.Change(PipelineOptions.HistoriesEvery, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Takes a map unless it is no newer than the last one.</summary>
    /// <exception cref="ArgumentException">The map does not have one stage for each slot in order.</exception>
    public void Update(PipelineMap map)
    {
        if (map.Stages.Length != _options.Slots || map.Stages.Where((stage, slot) => stage.Slot != slot).Any())
            throw new ArgumentException($"A map of this pipeline has slots 0 to {_options.Slots - 1}, in order.", nameof(map));
        lock (Gate)
        {
            if (Map is { } old && (map.Generation <= old.Generation || map.Stages.Zip(old.Stages).Any(pair => pair.First.Epoch < pair.Second.Epoch)))
            {
                LogStaleMap(_log, _options.Slot, map.Generation, old.Generation);
                return;
            }
            var holder = map.Stages[_options.Slot].Epoch;
            _inbound.FenceFollowed(holder);
            if (holder < _options.Epoch)
            {
                LogNotNamed(_log, _options.Slot, _options.Epoch.Value, map.Generation);
                return;                                                      // a standby: it has no word in the ring before a map names it
            }
            Map = map;
            if (holder > _options.Epoch)
                Raise(new PipelineEvent.Failed($"A successor holds slot {_options.Slot} at epoch {holder}; this is epoch {_options.Epoch}."));
            if (_options.Slots > 1)
            {
                _inbound.Fence(map.Stages[_options.PreviousSlot].Epoch);
                _outbound.Follow(map.Stages[_options.NextSlot]);
            }
            _node.MapChanged(map);
        }
    }

    /// <summary>Runs one more loop, until the ring ends.</summary>
    public void Also(Func<CancellationToken, Task> loop) => _running = Task.WhenAll(_running, Watched(loop(_stop.Token)));

    /// <summary>Refuses a kernel whose hidden states do not fit into a frame.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    public void Check(IStageKernel kernel)
    {
        var bytes = BoundaryFrame.HeaderSize + (long)_options.PrefillTokens * kernel.EmbeddingLength * sizeof(float);
        if (bytes > OverlayLimits.FrameBytesMax)
            throw new ArgumentException($"{_options.PrefillTokens} tokens a call make frames of {bytes} bytes; at most {OverlayLimits.FrameBytesMax} are carried.", nameof(kernel));
    }

    /// <summary>Room for a session's next frame, held by the caller until it is emitted; none where the session is closed. On the kernel's thread.</summary>
    /// <exception cref="InferenceException">What is kept has no room any more, in memory or on disk.</exception>
    public FrameSlice Reserve(SessionId session, int length)
    {
        Spill();
        lock (Gate) return Sender.Reserve(session, length);
    }

    /// <summary>Writes to disk what memory has no room for. On the kernel's thread.</summary>
    /// <exception cref="InferenceException">The disk has no room either.</exception>
    public void Spill()
    {
        while (Excess() is { } block)
        {
            try
            {
                if (!Sender.TrySpill(block)) return;                         // a link reads it just now: the next call tries again
            }
            finally
            {
                block.Release();
            }
        }
    }

    /// <summary>A pipeline is busy in all its stages only while there is a batch for each: so no batch takes more than a stage's share.</summary>
    public void ShareOut(int sessions) => Worker.SessionsAtOnce = (sessions + _options.Slots - 1) / _options.Slots;

    /// <summary>Lets the stage before make its link anew, from what this node has. Called under the gate.</summary>
    public void RenewInbound() => _inbound.Renew();

    /// <summary>Says once for each map that the node is ready. Called under the gate.</summary>
    public void RaiseReady()
    {
        if (Map is null || _readyGeneration == Map.Generation) return;
        _readyGeneration = Map.Generation;
        Raise(new PipelineEvent.Ready(Map.Generation));
    }

    public void Raise(PipelineEvent happened)
    {
        LogEvent(_log, _options.Slot, happened);
        _events.Writer.TryWrite(happened);
    }

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        await _historiesTimer.DisposeAsync();
        await _listener.DisposeAsync();
        await _running;
        Worker.Dispose();
        Sender.Dispose();
        _events.Writer.TryComplete();
        _stop.Dispose();
    }

    private FrameBlock? Excess()
    {
        lock (Gate) return Sender.Excess();
    }

    private void HistoriesDue()
    {
        lock (Gate)
        {
            _historiesWait = false;
            if (Sender.OwesHistories) HistoriesChanged();
        }
    }

    /// <summary>A loop that ends by a fault of its own must not end in silence.</summary>
    private async Task Watched(Task loop)
    {
        try
        {
            await loop;
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)     // the boundary of a loop: whatever it is, the guest is told
        {
            Raise(new PipelineEvent.Failed($"A link of stage {_options.Slot} failed: {fault.Message}"));
        }
    }

    [LoggerMessage(5001, LogLevel.Information, "Stage {Slot}: {Happened}")]
    private static partial void LogEvent(ILogger log, int slot, PipelineEvent happened);

    [LoggerMessage(5002, LogLevel.Information, "Stage {Slot}: map {Generation} is not newer than {Known}, and is left aside.")]
    private static partial void LogStaleMap(ILogger log, int slot, long generation, long known);

    [LoggerMessage(5003, LogLevel.Information, "Stage {Slot}: map {Generation} does not name epoch {Epoch} yet.")]
    private static partial void LogNotNamed(ILogger log, int slot, uint epoch, long generation);
}
