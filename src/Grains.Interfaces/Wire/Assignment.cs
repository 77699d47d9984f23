namespace SwarmCompute.Grains.Interfaces;

/// <summary>What one lease should do on its node. Keyed by lease and epoch: the same lease under another epoch is another guest.</summary>
[GenerateSerializer, Immutable, Alias("swarm.Assignment")]
public sealed record Assignment
{
    /// <summary>The slot.</summary>
    [Id(0)] public required LeaseId Lease { get; init; }
    /// <summary>The epoch.</summary>
    [Id(1)] public required LeaseEpoch Epoch { get; init; }
    /// <summary>The run of the node's agent that the assignment is for.</summary>
    [Id(2)] public required string Incarnation { get; init; }
    /// <summary>The account that is paid.</summary>
    [Id(3)] public required Address Provider { get; init; }
    /// <summary>The manifest's canonical bytes.</summary>
    [Id(4)] public required byte[] Manifest { get; init; }
    /// <summary>The pipeline; null until every slot's guest is attested.</summary>
    [Id(5)] public PipelineMap? Pipeline { get; init; }
    /// <summary>What the guest is to do.</summary>
    [Id(6)] public required Directive Directive { get; init; }
    /// <summary>The node's compute offer.</summary>
    [Id(7)] public required OfferId Offer { get; init; }
    /// <summary>Bytes of memory that the node sets aside for it; 0 where the manifest does not say.</summary>
    [Id(8)] public long MemoryBytes { get; init; }
}
