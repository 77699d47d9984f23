using System.Threading.Channels;
using SwarmCompute.Grains.Interfaces;
using SwarmCompute.Overlay;
using SwarmCompute.Overlay.GuestLink;

namespace SwarmCompute.Silo.Agent;

/// <summary>The silo's half of one link to one guest: what the assignment asks is told once, each time that it changes, and a sign of life every second.</summary>
internal sealed class GuestSession(GuestLinkServer link, TimeProvider time)
{
    private static readonly TimeSpan HeartbeatPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SendTime = TimeSpan.FromSeconds(3);
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile Assignment? _assignment;
    private volatile bool _stops;

    /// <summary>Has the guest told what its assignment says now.</summary>
    public void Direct(Assignment assignment)
    {
        var before = _assignment;
        _assignment = assignment;
        if (before?.Directive != assignment.Directive || assignment.Pipeline?.IsNewerThan(before?.Pipeline) == true) _changed.Writer.TryWrite(true);
    }

    /// <summary>Has the guest told to stop.</summary>
    public void Stop()
    {
        _stops = true;
        _changed.Writer.TryWrite(true);
    }

    /// <summary>Speaks until the guest is told to stop.</summary>
    /// <exception cref="OverlayException">The link broke.</exception>
    public async Task Speak(CancellationToken cancel)
    {
        PipelineMap? told = null;
        var toldToFinish = false;
        var lastSign = time.GetTimestamp();
        while (!_stops)
        {
            if (_assignment?.Pipeline is { } map && map.IsNewerThan(told))
            {
                await Send(ToMessage(map), cancel);
                told = map;
            }
            if (_assignment?.Directive == Directive.Finish && !toldToFinish)
            {
                await Send(new SiloMessage.Finish(), cancel);
                toldToFinish = true;
            }
            if (time.GetElapsedTime(lastSign) >= HeartbeatPeriod)
            {
                await Send(new SiloMessage.Heartbeat(), cancel);
                lastSign = time.GetTimestamp();
            }
            await WaitForChange(HeartbeatPeriod - time.GetElapsedTime(lastSign), cancel);
        }
        await Send(new SiloMessage.Stop(), cancel);
    }

    private static SiloMessage.Pipeline ToMessage(PipelineMap map) => new()
    {
        Generation = map.Generation,
        Stages = [.. map.Stages.Select(ToWire)],
        Standbys = map.Standbys.IsDefaultOrEmpty ? null : [.. map.Standbys.Select(ToWire)],
    };

    private static StagePeerWire ToWire(PipelineMapStage stage) => new()
    {
        Slot = stage.Slot,
        Epoch = stage.Epoch.Value,
        OverlayEndpoint = stage.OverlayEndpoint,
        CertificateDer = stage.CertificateDer,
    };

    private async Task Send(SiloMessage message, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(SendTime);
        try
        {
            await link.Send(message, limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new OverlayException($"The guest took no message for {SendTime.TotalSeconds} s.");
        }
    }

    private async Task WaitForChange(TimeSpan atMost, CancellationToken cancel)
    {
        if (atMost <= TimeSpan.Zero) return;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(atMost);
        try
        {
            await _changed.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Nothing changed: time for a sign of life.
        }
    }
}
