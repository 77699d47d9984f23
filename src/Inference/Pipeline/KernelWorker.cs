using System.Runtime.InteropServices;

namespace SwarmCompute.Inference;

/// <summary>
/// Runs kernel calls on a thread of its own, for they block. Calls of one queue (a session) run in order; what is ready of different queues
/// runs together, as far as a batch reaches; queues take turns.
/// </summary>
internal sealed class KernelWorker : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<SerialQueue> _ready = new();
    private readonly Queue<Action> _urgent = new();
    private readonly SemaphoreSlim _work = new(0);
    private readonly Action<Exception> _failed;
    private readonly TimeProvider _time;
    private readonly StagePace _pace;
    private readonly Thread _thread;
    private readonly List<SerialQueue> _running = [];
    private readonly List<IKernelCall> _batch = [];
    private readonly List<(IKernelCall Call, StageCall Stage)> _begun = [];
    private readonly List<StageCall> _calls = [];
    private IStageKernel _kernel = null!;
    private int _sessionsAtOnce = 1;
    private bool _started, _stopped, _over, _disposed;

    /// <summary>A worker that does not run yet.</summary>
    /// <param name="name">The thread's name.</param>
    /// <param name="time">The clock by which calls are measured.</param>
    /// <param name="failed">What a call throws stops the worker and is given to this.</param>
    public KernelWorker(string name, TimeProvider time, Action<Exception> failed)
    {
        (_failed, _time, _pace) = (failed, time, new StagePace(time));
        _thread = new Thread(Run) { Name = name, IsBackground = true };
    }

    /// <summary>How many sessions one batch may have.</summary>
    public int SessionsAtOnce
    {
        set => Volatile.Write(ref _sessionsAtOnce, Math.Max(1, value));
    }

    /// <inheritdoc cref="StagePace.SlowPercent"/>
    public int SlowPercent => _pace.SlowPercent;

    public void Start(IStageKernel kernel)
    {
        lock (_gate)
        {
            if (_started || _stopped) return;
            _started = true;
            _kernel = kernel;
        }
        _thread.Start();
    }

    /// <summary>Adds a call to a session's queue.</summary>
    public void Post(SerialQueue queue, IKernelCall call)
    {
        lock (_gate)
        {
            if (!_stopped)
            {
                queue.Calls.Enqueue(call);
                if (queue.IsBusy) return;
                queue.IsBusy = true;
                _ready.Enqueue(queue);
                _work.Release();
                return;
            }
        }
        call.Drop();
    }

    /// <summary>Drops the calls of a queue that wait; one that runs is left to end. Nothing is to be posted to the queue any more.</summary>
    public void Forget(SerialQueue queue)
    {
        List<IKernelCall> waiting;
        lock (_gate)
        {
            waiting = [.. queue.Calls];
            queue.Calls.Clear();
            for (var ready = _ready.Count; ready > 0; ready--)
                if (_ready.Dequeue() is var next && next != queue) _ready.Enqueue(next);
        }
        foreach (var call in waiting) call.Drop();
    }

    /// <summary>
    /// Adds a call that runs before all that are added later: what frees a session's memory, so that the next one finds room. Where the worker
    /// runs nothing, not yet or not any more, it is run at once.
    /// </summary>
    public void PostUrgent(Action call)
    {
        lock (_gate)
        {
            if (_started && !_over)
            {
                _urgent.Enqueue(call);
                if (!_stopped) _work.Release();
                return;
            }
        }
        call();
    }

    /// <summary>Lets the batch that runs end, and runs nothing more but what is urgent; all else is dropped.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = _stopped = true;
            _work.Release();
        }
        if (_started) _thread.Join();
        Finish();
        _work.Dispose();
    }

    private void Run()
    {
        try
        {
            while (true)
            {
                _work.Wait();
                while (TakeUrgent() is { } urgent) urgent();
                if (TakeBatch()) RunBatch();
                else if (_stopped) return;
            }
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)     // the boundary of the thread: whatever it is, the stage is told
        {
            _failed(fault);
            Finish();
        }
    }

    /// <summary>No batch runs any more, nor will one.</summary>
    private void Finish()
    {
        List<IKernelCall> waiting;
        lock (_gate)
        {
            _stopped = true;
            waiting = [.. _batch, .. _running.Concat(_ready).SelectMany(queue => queue.Calls)];
            foreach (var queue in _running.Concat(_ready)) queue.Calls.Clear();
            _batch.Clear();
            _running.Clear();
            _ready.Clear();
        }
        foreach (var call in waiting) call.Drop();
        while (TakeUrgent(isLast: true) is { } urgent) urgent();
    }

    private Action? TakeUrgent(bool isLast = false)
    {
        lock (_gate)
        {
            if (_urgent.TryDequeue(out var urgent)) return urgent;
            _over |= isLast;
            return null;
        }
    }

    /// <summary>
    /// Takes the first queue, and those after it whose next calls fit into the same batch, each with as many calls as fit: what is replayed
    /// goes fast. Who is passed over comes first next time.
    /// </summary>
    private bool TakeBatch()
    {
        lock (_gate)
        {
            if (_stopped || _urgent.Count > 0) return false;                 // what is urgent may make room for what was posted after it
            var (room, sessions) = (_kernel.BatchTokensMax, Volatile.Read(ref _sessionsAtOnce));
            for (var waiting = _ready.Count; waiting > 0; waiting--)
            {
                var queue = _ready.Dequeue();
                if (_running.Count < sessions && TakeFrom(queue, ref room)) _running.Add(queue);
                else _ready.Enqueue(queue);
            }
            return _batch.Count > 0;
        }
    }

    private bool TakeFrom(SerialQueue queue, ref int room)
    {
        var before = _batch.Count;
        while (queue.Calls.TryPeek(out var call) && (_batch.Count == 0 || call.Tokens <= room))
        {
            _batch.Add(queue.Calls.Dequeue());
            room -= call.Tokens;
        }
        return _batch.Count > before;
    }

    private void RunBatch()
    {
        _begun.Clear();
        _calls.Clear();
        foreach (var call in _batch)
        {
            if (call.Begin() is not { } stage) continue;
            _begun.Add((call, stage));
            _calls.Add(stage);
        }
        if (_calls.Count > 0) RunCalls();
        foreach (var (call, stage) in _begun) call.End(stage);
        lock (_gate)
        {
            foreach (var queue in _running)
            {
                queue.IsBusy = queue.Calls.Count > 0;
                if (queue.IsBusy) _ready.Enqueue(queue);
            }
            _batch.Clear();
            _running.Clear();
            if (_ready.Count > 0 && !_stopped) _work.Release();
        }
    }

    private void RunCalls()
    {
        var (tokens, before) = (0, 0L);
        foreach (var call in _calls) (tokens, before) = (tokens + call.Tokens, before + call.Session.Position);
        var begun = _time.GetTimestamp();
        _kernel.Run(CollectionsMarshal.AsSpan(_calls));
        _pace.Observe(tokens, before, _time.GetElapsedTime(begun));
    }

    /// <summary>The calls of one session that wait or run.</summary>
    public sealed class SerialQueue
    {
        internal Queue<IKernelCall> Calls { get; } = new();

        /// <summary>Whether it waits for its turn, or runs.</summary>
        internal bool IsBusy { get; set; }
    }
}
