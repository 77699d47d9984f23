namespace SwarmCompute.Grains.Leases;

/// <summary>What a rule decided, and the state that must become durable for it; null where nothing changes.</summary>
internal readonly record struct LeaseOutcome(LeaseDecision Decision, LeaseState? Next)
{
    public static LeaseOutcome Unchanged { get; } = new(new LeaseDecision.Unchanged(), null);

    public static LeaseOutcome Refused(string reason) => new(new LeaseDecision.Refused(reason), null);

    public static LeaseOutcome Moved(LeaseState next) => new(new LeaseDecision.Moved(next.Last!.Status), next);
}
