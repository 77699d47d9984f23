using System.Collections.Immutable;

namespace SwarmCompute.Chain.Sync;

/// <summary>A gap in an order's own count is first taken for an endpoint's fault and read again; one that stays is passed on, so that it stops its order only.</summary>
internal sealed class GapPatience
{
    private const int TriesMax = 3;
    private string? _gap;
    private int _tries;

    /// <summary>Looks at what comes next.</summary>
    /// <exception cref="ChainException">A gap that is to be read again (<see cref="ChainErrorKind.Inconsistent"/>).</exception>
    public void Check(SyncState before, ImmutableArray<OrderEvent> read, List<SyncAlarm> alarms)
    {
        if (SyncRules.Gap(before, read) is not { } gap) return;
        (_gap, _tries) = (gap, gap == _gap ? _tries + 1 : 1);
        if (_tries < TriesMax) throw new ChainException(ChainErrorKind.Inconsistent, $"{gap}; it is read again.");
        alarms.Add(new SyncAlarm(SyncAlarmKind.Gap, $"{gap}, {_tries} times."));
    }
}
