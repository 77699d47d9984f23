using Xunit;

namespace SwarmCompute.Inference.Tests.Pipeline;

public sealed class KernelWorkerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void What_is_urgent_runs_before_all_that_was_posted_after_it()
    {
        var (rounds, early, ended) = (5_000, 0, 0);
        using var worker = new KernelWorker("test", TimeProvider.System, _ => { });
        worker.Start(new FakeKernel(0, last: true));
        for (var round = 0; round < rounds; round++)
        {
            var freed = false;
            worker.PostUrgent(() => freed = true);
            worker.Post(new(), new Call(() =>
            {
                if (!freed) early++;
                Volatile.Write(ref ended, ended + 1);
            }));
        }
        while (Volatile.Read(ref ended) < rounds) Cancel.ThrowIfCancellationRequested();
        Assert.Equal(0, early);
    }

    [Fact]
    public void A_worker_that_stops_drops_what_waits_and_what_comes_later_and_runs_what_is_urgent()
    {
        using var begun = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var worker = new KernelWorker("test", TimeProvider.System, _ => { });
        var queue = new KernelWorker.SerialQueue();
        Call running = new(() => { begun.Set(); goOn.Wait(Cancel); }), waiting = new(), elsewhere = new(), late = new();
        worker.Start(new FakeKernel(0, last: true));
        worker.Post(queue, running);
        begun.Wait(Cancel);
        worker.Post(queue, waiting);
        worker.Post(new(), elsewhere);
        var freed = 0;
        worker.PostUrgent(() => freed++);
        var stopping = new Thread(worker.Dispose);
        stopping.Start();
        while (!late.IsDropped) worker.Post(new(), late);                    // until it has begun to stop
        worker.PostUrgent(() => freed++);
        Assert.Equal(0, freed);                                              // the batch runs yet: a session of it is not freed now
        goOn.Set();
        stopping.Join();
        worker.PostUrgent(() => freed++);

        Assert.Equal((false, true, true, 3), (running.IsDropped, waiting.IsDropped, elsewhere.IsDropped, freed));
    }

    [Fact]
    public void A_worker_that_fails_says_so_once_and_drops_all_calls_those_of_the_failed_batch_too()
    {
        using var said = new SemaphoreSlim(0);
        using var worker = new KernelWorker("test", TimeProvider.System, _ => said.Release());
        var queue = new KernelWorker.SerialQueue();
        Call fails = new(() => throw new ArgumentException("a fault of the program")), after = new(), late = new();
        worker.Post(queue, fails);
        worker.Post(queue, after);
        worker.Start(new FakeKernel(0, last: true));
        said.Wait(Cancel);
        while (!(fails.IsDropped && after.IsDropped)) Cancel.ThrowIfCancellationRequested();
        worker.Post(queue, late);
        Assert.True(late.IsDropped);
        Assert.Equal(0, said.CurrentCount);
    }

    [Fact]
    public void A_queue_that_is_forgotten_drops_what_waits_at_once_and_the_others_go_on()
    {
        using var worker = new KernelWorker("test", TimeProvider.System, _ => { });
        var (forgotten, kept, ended) = (new KernelWorker.SerialQueue(), new KernelWorker.SerialQueue(), 0);
        Call[] dropped = [new(() => ended = -100), new(() => ended = -100)], run = [new(() => ended++), new(() => Volatile.Write(ref ended, ended + 1))];
        for (var i = 0; i < 2; i++)
        {
            worker.Post(forgotten, dropped[i]);
            worker.Post(kept, run[i]);
        }
        worker.Forget(forgotten);
        Assert.All(dropped, call => Assert.True(call.IsDropped));
        worker.Start(new FakeKernel(0, last: true));
        while (Volatile.Read(ref ended) < 2) Cancel.ThrowIfCancellationRequested();
        Assert.All(run, call => Assert.False(call.IsDropped));
    }

    private sealed class Call(Action? onBegin = null) : IKernelCall
    {
        private volatile bool _dropped;

        public bool IsDropped => _dropped;

        public int Tokens => 1;

        public StageCall? Begin()
        {
            onBegin?.Invoke();
            return null;
        }

        public void End(StageCall call) => Assert.Fail("no call was made");

        public void Drop() => _dropped = true;
    }
}
