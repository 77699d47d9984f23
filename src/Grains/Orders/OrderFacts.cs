using SwarmCompute.Chain;

namespace SwarmCompute.Grains.Orders;

/// <summary>All that one look at an order found; the snapshot follows from it.</summary>
internal sealed record OrderFacts
{
    public required OrderId Order { get; init; }
    public required OrderView View { get; init; }
    public required ImmutableArray<LeaseSnapshot> Leases { get; init; }
    public PipelineMap? Map { get; init; }
    public SignedReportRecord? Report { get; init; }
    /// <summary>Why the order can never run here.</summary>
    public string? Refusal { get; init; }
    /// <summary>Why slots have no lease.</summary>
    public string? Missing { get; init; }
    /// <summary>What the outbox is stuck on.</summary>
    public string? Trouble { get; init; }
    public required DateTimeOffset Now { get; init; }
}
