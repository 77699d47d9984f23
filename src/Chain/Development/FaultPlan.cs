using System.Collections.Immutable;

namespace SwarmCompute.Chain.Development;

/// <summary>Which faults happen when: of the rules that a request meets, the first one that is due.</summary>
/// <param name="Rules">The rules, in order.</param>
/// <param name="Seed">Decides for rules with a probability; the same seed and the same requests give the same faults.</param>
public sealed record FaultPlan(ImmutableArray<FaultRule> Rules, int Seed = 0)
{
    /// <summary>No faults.</summary>
    public static FaultPlan None { get; } = new([]);

    /// <summary>A plan that meets a share of all requests with some of the faults.</summary>
    /// <param name="seed">Decides which.</param>
    /// <param name="probability">The share for each fault, 0 to 1.</param>
    /// <param name="faults">The faults; all but those that last for ever where none is given.</param>
    public static FaultPlan Random(int seed, double probability, params RpcFault[] faults)
    {
        var chosen = faults.Length > 0 ? faults : [.. Enum.GetValues<RpcFault>().Except([RpcFault.Silence, RpcFault.SilentSocket, RpcFault.StaleFinalized, RpcFault.ReplacedTransaction])];
        return new FaultPlan([.. chosen.Select(fault => new FaultRule(fault) { Probability = probability })], seed);
    }
}
