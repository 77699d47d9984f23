using System.Threading.Channels;
using SwarmCompute.Guest.Loader;
using SwarmCompute.Inference;
using SwarmCompute.Overlay.GuestLink;

namespace SwarmCompute.Guest.Running;

/// <summary>What a guest does in its pipeline: the head, or a stage after it.</summary>
internal interface IGuestRole : IAsyncDisposable
{
    /// <summary>Where clients reach it; null for others than the head.</summary>
    string? ApiEndpoint { get; }

    /// <summary>What it notices.</summary>
    ChannelReader<PipelineEvent> Events { get; }

    /// <summary>How it is.</summary>
    GuestMessage.Heartbeat Heartbeat { get; }

    /// <summary>Gives it the layers that the engine has loaded.</summary>
    void Attach(LoadedStage stage);

    /// <summary>Tells it who its neighbours are.</summary>
    void Update(PipelineMap map);

    /// <summary>Tells it who is to follow it, so as to take its place one day; null for nobody. A head is followed by nobody.</summary>
    void HandOverTo(StagePeer? standby)
    {
    }

    /// <summary>Its own map stands.</summary>
    void ObserveReady(long generation);

    /// <summary>Signed anew what was served so far; null where that is no more than last time, and for others than the head.</summary>
    GuestMessage.Checkpoint? Checkpoint();

    /// <summary>Ends serving in order, and gives the signed report; null for others than the head. Called again, it gives the same one.</summary>
    Task<GuestMessage.Report?> Finish(CancellationToken cancel);
}
