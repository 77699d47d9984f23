namespace SwarmCompute.Grains.Interfaces;

/// <summary>What an order made of a call.</summary>
[GenerateSerializer, Immutable, Alias("swarm.OrderDecision")]
public abstract record OrderDecision
{
    private OrderDecision() { }

    /// <summary>Something new is remembered.</summary>
    [GenerateSerializer, Immutable, Alias("swarm.OrderDecision.Observed")]
    public sealed record Observed : OrderDecision;

    /// <summary>All of it was known.</summary>
    [GenerateSerializer, Immutable, Alias("swarm.OrderDecision.Unchanged")]
    public sealed record Unchanged : OrderDecision;

    /// <summary>The order does what it should, or waits.</summary>
    /// <param name="Why">What it waits for; null where nothing is missing.</param>
    [GenerateSerializer, Immutable, Alias("swarm.OrderDecision.Followed")]
    public sealed record Followed([property: Id(0)] string? Why) : OrderDecision;

    /// <summary>The order is over and holds nothing any more: it needs no further poke.</summary>
    [GenerateSerializer, Immutable, Alias("swarm.OrderDecision.Over")]
    public sealed record Over : OrderDecision;

    /// <summary>The chain has not told of such an order.</summary>
    [GenerateSerializer, Immutable, Alias("swarm.OrderDecision.NotFound")]
    public sealed record NotFound : OrderDecision;

    /// <summary>The events cannot have come from the contract; nothing changed.</summary>
    /// <param name="Reason">One line.</param>
    [GenerateSerializer, Immutable, Alias("swarm.OrderDecision.Refused")]
    public sealed record Refused([property: Id(0)] string Reason) : OrderDecision;
}
