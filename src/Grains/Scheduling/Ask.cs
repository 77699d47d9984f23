namespace SwarmCompute.Grains.Scheduling;

/// <summary>What the Placer is asked for.</summary>
/// <param name="Slots">The order's slots that need a node.</param>
/// <param name="Used">The nodes that the order uses already, once for each slot.</param>
/// <param name="Tee">The kinds of TEE that may run it.</param>
/// <param name="Refused">Nodes that have just refused, with their reasons.</param>
public sealed record Ask(ImmutableArray<int> Slots, ImmutableArray<NodeId> Used, ImmutableArray<string> Tee, ImmutableDictionary<NodeId, string> Refused)
{
    /// <summary>Nodes that have just lost a lease of these slots: perhaps they are dead, and nobody has noticed yet. They come after all others.</summary>
    public ImmutableArray<NodeId> Suspects { get; init; } = [];

    /// <summary>What each stage of the order sets aside, in bytes, by slot: those that have a node included. Empty where the manifest does not say.</summary>
    public ImmutableArray<long> Memory { get; init; } = [];

    /// <summary>The nodes of the slots that have one: the others' neighbours in the ring.</summary>
    public ImmutableDictionary<int, NodeId> Ring { get; init; } = ImmutableDictionary<int, NodeId>.Empty;

    /// <summary>What a slot sets aside, in bytes.</summary>
    public long MemoryOf(int slot) => slot < Memory.Length ? Memory[slot] : 0;
}
