namespace SwarmCompute.Grains.Interfaces;

/// <summary>What a lease made of a call.</summary>
[GenerateSerializer, Immutable, Alias("swarm.LeaseDecision")]
public abstract record LeaseDecision
{
    private LeaseDecision() { }

    /// <summary>The change is durable.</summary>
    /// <param name="Status">The status now.</param>
    [GenerateSerializer, Immutable, Alias("swarm.LeaseDecision.Moved")]
    public sealed record Moved([property: Id(0)] LeaseStatus Status) : LeaseDecision;

    /// <summary>Nothing to do: a repeat, or something that is not durable.</summary>
    [GenerateSerializer, Immutable, Alias("swarm.LeaseDecision.Unchanged")]
    public sealed record Unchanged : LeaseDecision;

    /// <summary>The caller's epoch is not the current one; nothing changed. The caller's guest must stop.</summary>
    /// <param name="Fence">The epoch that counts.</param>
    [GenerateSerializer, Immutable, Alias("swarm.LeaseDecision.Fenced")]
    public sealed record Fenced([property: Id(0)] LeaseEpoch Fence) : LeaseDecision;

    /// <summary>The lease's table of transitions does not have this one; nothing changed.</summary>
    /// <param name="From">The status.</param>
    /// <param name="To">What was asked for.</param>
    [GenerateSerializer, Immutable, Alias("swarm.LeaseDecision.Illegal")]
    public sealed record Illegal([property: Id(0)] LeaseStatus From, [property: Id(1)] LeaseStatus To) : LeaseDecision;

    /// <summary>What was said is out of bounds or contradicts what is known; nothing changed.</summary>
    /// <param name="Reason">One line.</param>
    [GenerateSerializer, Immutable, Alias("swarm.LeaseDecision.Refused")]
    public sealed record Refused([property: Id(0)] string Reason) : LeaseDecision;

    /// <summary>The slot has no lease yet.</summary>
    [GenerateSerializer, Immutable, Alias("swarm.LeaseDecision.NotFound")]
    public sealed record NotFound : LeaseDecision;
}
