namespace SwarmCompute.Guest.Tests.Collection;

/// <summary>A kernel that makes evidence when it is told to.</summary>
internal sealed class SlowTsm : IDisposable
{
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _go = new();

    public SlowTsm() => Tsm = new EmulatedTsm
    {
        Before = call =>
        {
            if (call != "read outblob") return;
            _entered.TrySetResult();
            _go.Wait(TimeSpan.FromSeconds(60));
        },
    };

    public EmulatedTsm Tsm { get; }

    /// <summary>Completes when the kernel is asked.</summary>
    public Task Entered => _entered.Task;

    public void LetGo() => _go.Set();

    public void Dispose()
    {
        _go.Set();
        _go.Dispose();
    }
}
