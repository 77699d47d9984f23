namespace SwarmCompute.Inference;

/// <summary>Judges when a peer is lost, and says so once. A break that a redial heals at once is no loss; one that keeps coming back is.</summary>
internal sealed class PeerLoss(StagePeer peer, PipelineOptions options, TimeProvider time, Action<PipelineEvent> raise)
{
    private const int BreaksMax = 5;
    private readonly long _begun = time.GetTimestamp();
    private int _breaks;
    private string? _firstReason;
    private bool _raised;

    /// <summary>How long the next attempt may take.</summary>
    public TimeSpan DialBound => _breaks > 0 && !_raised ? options.RedialMax : options.SilenceMax;

    /// <summary>An attempt ended.</summary>
    public void Note(LinkEnd end)
    {
        if (_raised || end.IsRefusal) return;
        if (end.WasUp)
        {
            _breaks++;
            _firstReason = end.Reason;
            if (_breaks < BreaksMax) return;
        }
        else if (_breaks == 0 && time.GetElapsedTime(_begun) < options.SilenceMax)
        {
            return;                                                          // it may still be starting
        }
        _raised = true;
        raise(new PipelineEvent.PeerLost(peer.Slot, peer.Epoch, _firstReason ?? end.Reason));
    }
}
