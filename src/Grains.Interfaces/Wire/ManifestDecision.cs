namespace SwarmCompute.Grains.Interfaces;

/// <summary>What became of a manifest that was given to the swarm.</summary>
[GenerateSerializer, Immutable, Alias("swarm.ManifestDecision")]
public abstract record ManifestDecision
{
    private ManifestDecision() { }

    /// <summary>It is durable.</summary>
    [GenerateSerializer, Immutable, Alias("swarm.ManifestDecision.Stored")]
    public sealed record Stored : ManifestDecision;

    /// <summary>It was known.</summary>
    [GenerateSerializer, Immutable, Alias("swarm.ManifestDecision.Unchanged")]
    public sealed record Unchanged : ManifestDecision;

    /// <summary>It is not a manifest, not canonical, or not the one of this hash.</summary>
    /// <param name="Reason">One line.</param>
    [GenerateSerializer, Immutable, Alias("swarm.ManifestDecision.Refused")]
    public sealed record Refused([property: Id(0)] string Reason) : ManifestDecision;
}
