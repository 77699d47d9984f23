namespace SwarmCompute.Inference;

/// <summary>Which head a stage serves: one of a later epoch ends what its predecessor had open.</summary>
public sealed partial class PipelineStage
{
    private void ObserveHead(uint epoch)
    {
        if (epoch > _headEpoch) BeginHead(epoch);
    }

    /// <summary>A newer head: what its predecessor had open is over. Apart from the question, which every frame asks, for its closure would be allocated there.</summary>
    private void BeginHead(uint epoch)
    {
        _headEpoch = epoch;
        _sync = null;
        foreach (var over in _sessions.Keys.Where(s => s.HeadEpoch < epoch).ToList()) Close(over);
    }

    /// <summary>
    /// A stage before spoke for a head that the newest map does not know: its word ends here, or a head of that epoch could never be unseated.
    /// Frames of the true head may have been left aside meanwhile, so the stage before sends again what is missing.
    /// </summary>
    private void ForgetHeadsAfter(uint epoch)
    {
        _headEpoch = epoch;
        _sync = null;
        _ring.Sender.ForgetSync();
        foreach (var over in _sessions.Keys.Where(s => s.HeadEpoch > epoch).ToList()) Close(over);
        _ring.RenewInbound();
    }
}
