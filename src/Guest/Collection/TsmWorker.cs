namespace SwarmCompute.Guest.Collection;

/// <summary>Works with the kernel's evidence interface on a thread of its own: tries again what may pass, and gives up in time.</summary>
/// <param name="files">The interface.</param>
/// <param name="limits">How long, and how often.</param>
/// <param name="time">The clock.</param>
internal sealed class TsmWorker(ITsmFiles files, TsmLimits limits, TimeProvider time)
{
    /// <summary>Does something with a directory of its own, each attempt with a fresh one; it is removed in any case.</summary>
    /// <exception cref="TsmException">It failed; <see cref="TsmFault.Passing"/>: it failed too often, or took too long.</exception>
    public async Task<T> Run<T>(Func<TsmEntry, CancellationToken, T> work, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(limits.Within, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        var token = stop.Token;
        try
        {
            // The kernel lets nobody cancel a call. Whoever gives up leaves the attempt to its thread, which ends it, and removes the directory.
            return await Task.Run(() => Repeat(work, token), CancellationToken.None).WaitAsync(token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new TsmException(TsmFault.Passing, $"no answer within {limits.Within.TotalSeconds:0} s");
        }
    }

    private async Task<T> Repeat<T>(Func<TsmEntry, CancellationToken, T> work, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                using var entry = TsmEntry.Make(files);
                return work(entry, cancel);
            }
            catch (TsmException fault) when (fault.Fault == TsmFault.Passing)
            {
                if (attempt == limits.Attempts) throw new TsmException(TsmFault.Passing, $"{fault.Message}; tried {attempt} times", fault);
            }
            await Task.Delay(limits.PauseAfter(attempt), time, cancel);
        }
    }
}
