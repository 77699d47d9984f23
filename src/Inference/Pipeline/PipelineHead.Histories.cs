namespace SwarmCompute.Inference;

/// <summary>
/// What this head told of streamed answers, and what heads before it had: copies go round the ring, and the stages give them to the head after it.
/// </summary>
public sealed partial class PipelineHead
{
    /// <summary>Guards the histories, with all else.</summary>
    internal Lock Gate => _ring.Gate;

    /// <summary>Used under the gate.</summary>
    internal AnswerHistories Histories => _ring.Histories;

    /// <summary>The epoch of the head's lease.</summary>
    internal uint Epoch => _options.Epoch.Value;

    /// <summary>Whether the ring stood already: what its stages had from earlier heads is here then. Read under the gate.</summary>
    internal bool HasStood => _stood;

    /// <summary>The histories have changed: the stages are told soon.</summary>
    internal void HistoriesChanged() => _ring.HistoriesChanged();

    /// <summary>What an earlier head told, as long as this one has not told of that answer itself. A ring that stood once has nothing new.</summary>
    private void TakeHistory(BoundaryFrame frame, ReadOnlySpan<byte> bytes)
    {
        if (frame.Session.HeadEpoch < Epoch) _ring.Histories.Take(frame, bytes, _time.GetUtcNow(), mayBegin: !_stood)?.CountAsSent();
    }
}
