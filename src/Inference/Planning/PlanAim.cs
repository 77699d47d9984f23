namespace SwarmCompute.Inference;

/// <summary>What a plan is to be best at.</summary>
public enum PlanAim
{
    /// <summary>One stream: the shortest time of an answer. Takes few, fast and near nodes.</summary>
    Latency,

    /// <summary>Many streams: the most tokens a second, so stages that take the same time; of equal plans the one with the shortest answer.</summary>
    Throughput,
}
