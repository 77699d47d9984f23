using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using System.Threading.Tasks.Sources;

namespace SwarmCompute.Inference;

/// <summary>
/// The frames that wait for a link, held while they do. A channel of its own because it is on every token's way: waiting allocates nothing.
/// Any number may write, one reads.
/// </summary>
internal sealed class BoundaryQueue(int framesMax) : ChannelReader<FrameSlice>, IValueTaskSource<bool>
{
    private readonly Lock _gate = new();
    private readonly Queue<FrameSlice> _frames = new();
    private ManualResetValueTaskSourceCore<bool> _arrival = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancelling;
    private bool _waits, _over;

    /// <summary>Frames that wait.</summary>
    public override int Count
    {
        get { lock (_gate) return _frames.Count; }
    }

    public override bool CanCount => true;

    /// <summary>Adds a frame; false where the queue is full or has ended.</summary>
    public bool TryWrite(FrameSlice frame)
    {
        lock (_gate)
        {
            if (_over || _frames.Count == framesMax) return false;
            _frames.Enqueue(frame.Hold());
            Wake();
            return true;
        }
    }

    /// <summary>The link is gone, or to be given up: what waits for it is let go.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _over = true;
            while (_frames.TryDequeue(out var frame)) frame.Release();
            Wake();
        }
    }

    /// <summary>The next frame, which the reader then holds.</summary>
    public override bool TryRead([MaybeNullWhen(false)] out FrameSlice frame)
    {
        lock (_gate) return _frames.TryDequeue(out frame);
    }

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        ValueTask<bool> waiting;
        lock (_gate)
        {
            if (_frames.Count > 0 || _over) return ValueTask.FromResult(_frames.Count > 0);
            if (_waits) throw new InvalidOperationException("A queue of frames has one reader.");
            _arrival.Reset();
            _waits = true;
            waiting = new ValueTask<bool>(this, _arrival.Version);
        }
        _cancelling = cancel.UnsafeRegister(static (queue, token) => ((BoundaryQueue)queue!).Cancel(token), this);
        return waiting;
    }

    bool IValueTaskSource<bool>.GetResult(short token)
    {
        _cancelling.Dispose();
        return _arrival.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _arrival.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _arrival.OnCompleted(continuation, state, token, flags);

    private void Wake()
    {
        if (!_waits) return;
        _waits = false;
        _arrival.SetResult(!_over);
    }

    private void Cancel(CancellationToken token)
    {
        lock (_gate)
        {
            if (!_waits) return;
            _waits = false;
            _arrival.SetException(new OperationCanceledException(token));
        }
    }
}
