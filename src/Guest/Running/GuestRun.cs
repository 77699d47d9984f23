using SwarmCompute.Attestation;
using SwarmCompute.Guest.Loader;
using SwarmCompute.Inference;
using SwarmCompute.Overlay;
using SwarmCompute.Overlay.GuestLink;

namespace SwarmCompute.Guest.Running;

/// <summary>A certified guest at work: loads its layers, follows the silo's maps, says what it notices, and ends when it is told to.</summary>
internal sealed class GuestRun(Ticket ticket, Manifest manifest, IGuestRole role, SiloLink link, StopReason stop, TimeProvider time, GuestLog log)
{
    private static readonly TimeSpan LastWordTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CheckpointEvery = TimeSpan.FromSeconds(2);      // what a head that dies may lose of its pay

    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Works until the guest is stopped.</summary>
    /// <param name="loading">The layers, once they are loaded.</param>
    /// <exception cref="GuestException">The guest cannot go on; the silo was told, where it could be.</exception>
    public async Task Run(Task<LoadedStage> loading)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        Task[] duties = [Attach(loading), Watch(over.Token), link.Run(Take, () => role.Heartbeat with { IsLoaded = loading.IsCompletedSuccessfully }, over.Token), CountUsage(over.Token), _failed.Task];
        try
        {
            await EndOf(duties);
        }
        catch (GuestException fault) when (stop.Reason is null)
        {
            await Task.WhenAny(link.TellFailed(fault.Message), duties[2], Task.Delay(LastWordTime, time, CancellationToken.None));
            throw;
        }
        catch (OperationCanceledException) when (stop.Reason is not null)
        {
            log.Line($"stops: {stop.Reason}");
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAll(duties[1], duties[2], duties[3]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Waits for the first duty that ends badly; loading may end well.</summary>
    private static async Task EndOf(Task[] duties)
    {
        var running = duties.ToList();
        while (running.Count > 0)
        {
            var ended = await Task.WhenAny(running);
            await ended;
            running.Remove(ended);
        }
    }

    private async Task Attach(Task<LoadedStage> loading)
    {
        var begun = time.GetTimestamp();
        var stage = await loading.WaitAsync(stop.Token);
        role.Attach(stage);
        var layers = stage.Ranges[ticket.Lease.Slot];
        log.Line($"layers {layers.First} to {layers.End - 1} of {stage.Model.Layers} are loaded, {time.GetElapsedTime(begun).TotalMilliseconds:0} ms after the guest was ready for them");
    }

    private async Task CountUsage(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(CheckpointEvery, time);
        while (await timer.WaitForNextTickAsync(cancel))
            if (role.Checkpoint() is { } checkpoint) link.TellCheckpoint(checkpoint);
    }

    private async Task Watch(CancellationToken cancel)
    {
        await foreach (var happened in role.Events.ReadAllAsync(cancel))
        {
            switch (happened)
            {
                case PipelineEvent.Ready ready:
                    role.ObserveReady(ready.Generation);
                    link.TellReady(ready.Generation);
                    break;
                case PipelineEvent.PeerLost lost:
                    link.TellPeerLost(lost.Slot, lost.Epoch, lost.Reason);
                    break;
                case PipelineEvent.StandbyLost lost:
                    link.TellStandbyLost(lost.Epoch, lost.Reason);
                    break;
                case PipelineEvent.Failed failed:
                    throw new GuestException(failed.Reason);
            }
        }
    }

    private void Take(SiloMessage message)
    {
        switch (message)
        {
            case SiloMessage.Pipeline pipeline:
                Follow(pipeline);
                break;
            case SiloMessage.Finish:
                _ = Finish();
                break;
            case SiloMessage.Stop:
                stop.Stop("the silo said so");
                break;
            case SiloMessage.Heartbeat:
                break;
        }
    }

    private void Follow(SiloMessage.Pipeline pipeline)
    {
        try
        {
            var map = MapReader.Read(pipeline, ticket, manifest.Stages, time.GetUtcNow());
            role.Update(map);
            link.ForgetLost([.. map.Stages.Select(stage => stage.Epoch)]);
            role.HandOverTo(MapReader.ReadStandby(pipeline, ticket, time.GetUtcNow()));
        }
        catch (GuestException fault)
        {
            log.Line(fault.Message);                                         // a wrong map changes nothing; the silo sends the next one
        }
    }

    private async Task Finish()
    {
        try
        {
            if (await role.Finish(stop.Token) is { } report) link.TellReport(report);
        }
        catch (OperationCanceledException) when (stop.Reason is not null)
        {
            // the guest is stopped before it could finish
        }
        catch (Exception fault)
        {
            _failed.TrySetException(fault);                                  // ends the run
        }
    }
}
