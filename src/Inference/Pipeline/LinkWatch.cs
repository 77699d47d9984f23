using SwarmCompute.Overlay;

namespace SwarmCompute.Inference;

/// <summary>Notices that a link has gone silent.</summary>
internal sealed class LinkWatch(TimeProvider time, PipelineOptions options)
{
    private long _heard = time.GetTimestamp();

    /// <summary>Something came.</summary>
    public void Heard() => Volatile.Write(ref _heard, time.GetTimestamp());

    /// <summary>Waits until the link is silent for too long, asking the other side at every tick if <paramref name="ping"/> is given.</summary>
    /// <returns>The reason, in one line.</returns>
    /// <exception cref="OverlayException">The link broke.</exception>
    public async Task<string> Silence(OverlayConnection? ping, CancellationToken cancel)
    {
        var frame = BoundaryFrame.Ping();
        while (true)
        {
            if (ping is not null) await ping.Send(frame, cancel);
            await Task.Delay(options.PingEvery, time, cancel);
            if (time.GetElapsedTime(Volatile.Read(ref _heard)) > options.SilenceMax)
                return $"nothing was heard for {options.SilenceMax.TotalSeconds} s";
        }
    }
}
