namespace SwarmCompute.Grains.Manifests;

/// <summary>The canonical bytes of one manifest.</summary>
[GenerateSerializer, Immutable, Alias("swarm.state.ManifestState")]
internal sealed record ManifestState
{
    [Id(0)] public byte[]? CanonicalBytes { get; init; }
}
