using System.Threading.Channels;
using SwarmCompute.Guest.Loader;
using SwarmCompute.Inference;
using SwarmCompute.Overlay;
using SwarmCompute.Overlay.GuestLink;

namespace SwarmCompute.Guest.Running;

/// <summary>A stage after the head.</summary>
internal sealed class StageRole(PipelineStage stage) : IGuestRole
{
    private volatile StagePeer? _standby;

    public string? ApiEndpoint => null;

    public ChannelReader<PipelineEvent> Events => stage.Events;

    public GuestMessage.Heartbeat Heartbeat =>
        new() { CompletionTokens = 0, OpenSessions = stage.OpenSessions, StandbyEpoch = _standby?.Epoch.Value ?? 0, StandbyLag = _standby is null ? null : stage.StandbyLag, SlowPercent = stage.SlowPercent };

    public static StageRole Start(PipelineOptions options, OverlayListener listener, OverlayCredentials credentials, TimeProvider time, GuestLog log) =>
        new(PipelineStage.Start(options, listener, credentials, time, log));

    public void Attach(LoadedStage loaded) => stage.Attach(loaded.Kernel);

    public void Update(PipelineMap map) => stage.Update(map);

    public void HandOverTo(StagePeer? standby)
    {
        stage.HandOverTo(standby);
        _standby = standby;
    }

    public void ObserveReady(long generation)
    {
        // only the head keeps a ledger
    }

    public GuestMessage.Checkpoint? Checkpoint() => null;

    public Task<GuestMessage.Report?> Finish(CancellationToken cancel) => Task.FromResult<GuestMessage.Report?>(null);

    public ValueTask DisposeAsync() => stage.DisposeAsync();
}
