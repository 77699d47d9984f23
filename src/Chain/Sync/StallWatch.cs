namespace SwarmCompute.Chain.Sync;

/// <summary>Notices that no new block comes, or that blocks are not made final.</summary>
internal sealed class StallWatch(SyncOptions options, TimeProvider time)
{
    private BlockId? _head;
    private long _since;

    /// <summary>Looks at the newest block.</summary>
    public void Look(BlockId latest, BlockId? final, List<SyncAlarm> alarms)
    {
        if (_head != latest) (_head, _since) = (latest, time.GetTimestamp());
        var still = time.GetElapsedTime(_since);
        if (options.StallAfter is { } max && still > max)
            alarms.Add(new SyncAlarm(SyncAlarmKind.NoNewHead, $"Block {latest.Number} has been the newest one for {still.TotalSeconds:F0} s."));
        if (final is { } block && latest.Number > block.Number && latest.Number - block.Number > options.FinalityLagMax)
            alarms.Add(new SyncAlarm(SyncAlarmKind.FinalityLag, $"{latest.Number - block.Number} blocks are not final."));
    }
}
