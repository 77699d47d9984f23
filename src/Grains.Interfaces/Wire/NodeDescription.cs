namespace SwarmCompute.Grains.Interfaces;

/// <summary>What a node offers.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Slots">How many guests it runs at once, 1 to <see cref="WireLimits.NodeSlotsMax"/>.</param>
/// <param name="Address">The address that it advertises.</param>
/// <param name="Provider">The account that is paid for its leases.</param>
/// <param name="Tee">The kinds of confidential VM that it starts; <c>development</c> is none.</param>
/// <param name="Offer">Its compute offer in the OfferBook contract.</param>
[GenerateSerializer, Immutable, Alias("swarm.NodeDescription")]
public sealed record NodeDescription(
    [property: Id(0)] NodeId Id, [property: Id(1)] int Slots, [property: Id(2)] string Address, [property: Id(3)] Address Provider,
    [property: Id(4)] ImmutableArray<string> Tee, [property: Id(5)] OfferId Offer)
{
    /// <summary>Bytes of memory that its guests may have together; 0 where the node does not say.</summary>
    [Id(6)] public long MemoryBytes { get; init; }

    /// <summary>How fast one of its processors reads memory, in bytes a second, as the node measured it: what an answer's next token waits for. 0 where it does not say.</summary>
    [Id(7)] public double BytesPerSecond { get; init; }

    /// <summary>Single-precision operations of one of its processors a second, as the node measured it: what a prompt waits for. 0 where it does not say.</summary>
    [Id(8)] public double OperationsPerSecond { get; init; }

    /// <summary>Where other nodes connect to measure how far it is, IP:PORT at its address; null where none is to.</summary>
    [Id(9)] public string? Endpoint { get; init; }
}
