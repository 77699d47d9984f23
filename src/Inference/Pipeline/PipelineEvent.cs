namespace SwarmCompute.Inference;

/// <summary>What a stage or a head notices. A closed union.</summary>
public abstract record PipelineEvent
{
    private PipelineEvent() { }

    /// <summary>The stage's layers are loaded and its link of this map stands; for the head: the whole ring stands, every stage loaded.</summary>
    /// <param name="Generation">The generation of the map.</param>
    public sealed record Ready(long Generation) : PipelineEvent;

    /// <summary>The next stage does not answer. Said once for each epoch; the link is tried on until a map names a successor.</summary>
    /// <param name="Slot">The slot that does not answer.</param>
    /// <param name="Epoch">The epoch that it has.</param>
    /// <param name="Reason">One line.</param>
    public sealed record PeerLost(int Slot, LeaseEpoch Epoch, string Reason) : PipelineEvent;

    /// <summary>The standby of this stage does not answer. Said once for each; the link is tried on until there is another or none.</summary>
    /// <param name="Epoch">The epoch that it is certified for.</param>
    /// <param name="Reason">One line.</param>
    public sealed record StandbyLost(LeaseEpoch Epoch, string Reason) : PipelineEvent;

    /// <summary>This stage can do no more: its kernel failed beyond one session, or a successor holds its slot.</summary>
    /// <param name="Reason">One line.</param>
    public sealed record Failed(string Reason) : PipelineEvent;
}
