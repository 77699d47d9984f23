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
        _headEpoch = _ring.Histories.NewestHead = epoch;
        _sync = null;
        foreach (var over in _sessions.Keys.Where(s => s.HeadEpoch < epoch).ToList()) Close(over);
    }

    /// <summary>
    /// A stage before spoke for a head that the newest map does not know: its word ends here, or a head of that epoch could never be unseated.
    /// Frames of the true head may have been left aside meanwhile, so the stage before sends again what is missing.
    /// </summary>
    private void ForgetHeadsAfter(uint epoch)
    {
        _headEpoch = _ring.Histories.NewestHead = epoch;
        _sync = null;
        _ring.Histories.ForgetHeadsAfter(epoch);
        _ring.Sender.ForgetSync();
        foreach (var over in _sessions.Keys.Where(s => s.HeadEpoch > epoch).ToList()) Close(over);
        _ring.RenewInbound();
    }

    /// <summary>
    /// What was told of an answer, kept for the head to come. Over the head's own link only the newest head has a word; a stage before hands on what an
    /// earlier one had told, too, but each answer is written by the latest head that told of it.
    /// </summary>
    private void TakeHistory(BoundaryFrame frame, ReadOnlySpan<byte> bytes)
    {
        if (_options.PreviousSlot == 0 && frame.Session.HeadEpoch < _headEpoch) return;
        ObserveHead(frame.Session.HeadEpoch);
        ForgetHistories();
        _ring.Histories.Take(frame, bytes, _time.GetUtcNow());
        _ring.HistoriesChanged();
    }

    /// <summary>A stage keeps an answer for longer than its head does: that one may be lost, and its successor takes its time.</summary>
    private void ForgetHistories() => _ring.Histories.Forget(_time.GetUtcNow() - AnswerHistories.KeepTime - _options.RestoreMax);
}
