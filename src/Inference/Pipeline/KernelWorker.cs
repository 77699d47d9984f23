namespace SwarmCompute.Inference;

/// <summary>
/// Runs kernel calls on a thread of its own, for they block. Calls of one queue (a session) run in order; queues take turns, one call each.
/// </summary>
internal sealed class KernelWorker : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<SerialQueue> _ready = new();
    private readonly Queue<Action> _urgent = new();
    private readonly SemaphoreSlim _work = new(0);
    private readonly Action<Exception> _failed;
    private readonly Thread _thread;
    private bool _started, _stopped;

    /// <summary>A worker that does not run yet. What a call throws stops the worker and is given to <paramref name="failed"/>.</summary>
    public KernelWorker(string name, Action<Exception> failed)
    {
        _failed = failed;
        _thread = new Thread(Run) { Name = name, IsBackground = true };
    }

    public void Start()
    {
        lock (_gate)
        {
            if (_started || _stopped) return;
            _started = true;
        }
        _thread.Start();
    }

    /// <summary>Adds a call to a session's queue.</summary>
    public void Post(SerialQueue queue, Action call)
    {
        lock (_gate)
        {
            if (_stopped) return;
            queue.Calls.Enqueue(call);
            if (queue.Calls.Count == 1) _ready.Enqueue(queue);
            _work.Release();
        }
    }

    /// <summary>Adds a call that runs before all others: what frees a session's memory, so that the next one finds room.</summary>
    public void PostUrgent(Action call)
    {
        lock (_gate)
        {
            if (!_stopped)
            {
                _urgent.Enqueue(call);
                _work.Release();
                return;
            }
        }
        call();
    }

    /// <summary>Lets the call that runs end, and runs no other but the urgent ones.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_stopped) return;
            _stopped = true;
            _ready.Clear();
            _work.Release();
        }
        if (_started && Thread.CurrentThread != _thread) _thread.Join();
        while (_urgent.TryDequeue(out var call)) call();
        _work.Dispose();
    }

    private void Run()
    {
        try
        {
            while (true)
            {
                _work.Wait();
                if (Take() is { } call) call();
                else if (_stopped) return;
            }
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)     // the boundary of the thread: whatever it is, the stage is told
        {
            _failed(fault);
        }
    }

    private Action? Take()
    {
        lock (_gate)
        {
            if (_urgent.TryDequeue(out var urgent)) return urgent;
            if (_stopped || !_ready.TryDequeue(out var queue)) return null;
            return () => RunOne(queue);
        }
    }

    private void RunOne(SerialQueue queue)
    {
        Action call;
        lock (_gate) call = queue.Calls.Peek();
        call();
        lock (_gate)
        {
            queue.Calls.Dequeue();
            if (queue.Calls.Count > 0 && !_stopped) _ready.Enqueue(queue);
        }
    }

    /// <summary>The calls of one session that wait or run.</summary>
    public sealed class SerialQueue
    {
        internal Queue<Action> Calls { get; } = new();
    }
}
