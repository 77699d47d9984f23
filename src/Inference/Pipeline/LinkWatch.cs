using SwarmCompute.Overlay;

namespace SwarmCompute.Inference;

/// <summary>Notices that a link has gone silent.</summary>
internal sealed class LinkWatch(TimeProvider time, PipelineOptions options)
{
    private long _heard = time.GetTimestamp();
    private long _pingsSince = time.GetTimestamp(), _historiesSince = time.GetTimestamp();
    private int _pings, _histories, _asked, _answered;

    /// <summary>Something came.</summary>
    public void Heard() => Volatile.Write(ref _heard, time.GetTimestamp());

    /// <summary>The other side asks. False where it asks more often than <see cref="PipelineOptions.PingsMax"/> allows. Called by one reader.</summary>
    public bool Pinged()
    {
        if (time.GetElapsedTime(_pingsSince) > options.SilenceMax) (_pingsSince, _pings) = (time.GetTimestamp(), 0);
        return ++_pings <= options.PingsMax;
    }

    /// <summary>The other side sends a history of an answer. False where it sends more than <see cref="PipelineOptions.HistoriesMax"/> allows. Called by one reader.</summary>
    public bool Told()
    {
        if (time.GetElapsedTime(_historiesSince) > options.SilenceMax) (_historiesSince, _histories) = (time.GetTimestamp(), 0);
        return ++_histories <= options.HistoriesMax;
    }

    /// <summary>The other side answers. False where it was not asked so often. Called by one reader.</summary>
    public bool Answered() => ++_answered <= Volatile.Read(ref _asked);

    /// <summary>Waits until the link is silent for too long, asking the other side at every tick if <paramref name="ping"/> is given.</summary>
    /// <returns>The reason, in one line.</returns>
    /// <exception cref="OverlayException">The link broke.</exception>
    public async Task<string> Silence(OverlayConnection? ping, CancellationToken cancel)
    {
        var frame = BoundaryFrame.Ping();
        while (true)
        {
            if (ping is not null && !await Ask(ping, frame, cancel)) return $"it took nothing for {options.SilenceMax.TotalSeconds} s";
            await Task.Delay(options.PingEvery, time, cancel);
            if (time.GetElapsedTime(Volatile.Read(ref _heard)) > options.SilenceMax)
                return $"nothing was heard for {options.SilenceMax.TotalSeconds} s";
        }
    }

    /// <summary>Asks; false where the other side reads so slowly that the question cannot be sent in time.</summary>
    private async Task<bool> Ask(OverlayConnection ping, byte[] frame, CancellationToken cancel)
    {
        using var bound = new CancellationTokenSource(options.SilenceMax, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, bound.Token);
        Interlocked.Increment(ref _asked);
        try
        {
            await ping.Send(frame, either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
    }
}
