namespace SwarmCompute.Chain.Sync;

/// <summary>Something about the chain or its endpoints that a person should know.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">One line.</param>
public sealed record SyncAlarm(SyncAlarmKind Kind, string Text);
