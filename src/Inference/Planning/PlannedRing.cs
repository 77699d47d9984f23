namespace SwarmCompute.Inference;

/// <summary>Nodes in the order of the ring, each with its layers.</summary>
/// <param name="Nodes">By number.</param>
/// <param name="Ends">The layer before which each one's range ends.</param>
/// <param name="Peak">What the busiest stage is busy for, in seconds of one answer; 0 where the aim is latency.</param>
/// <param name="Total">The time of one answer, in seconds.</param>
internal sealed record PlannedRing(int[] Nodes, int[] Ends, double Peak, double Total)
{
    /// <summary>Whether this one is better; of equals, the shorter one, then the one whose ids come first.</summary>
    public bool IsBetterThan(PlannedRing? other)
    {
        if (other is null) return true;
        if (Peak != other.Peak) return Peak < other.Peak;
        if (Total != other.Total) return Total < other.Total;
        if (Nodes.Length != other.Nodes.Length) return Nodes.Length < other.Nodes.Length;
        return Nodes.AsSpan().SequenceCompareTo(other.Nodes) < 0;
    }
}
