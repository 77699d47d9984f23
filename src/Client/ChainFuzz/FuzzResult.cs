using System.Text.Json.Nodes;

namespace SwarmCompute.Client.ChainFuzz;

/// <summary>What a run did and found.</summary>
internal sealed record FuzzResult
{
    public required int Seed { get; init; }

    public required string Mutant { get; init; }

    public int Steps { get; set; }

    /// <summary>Times that blocks were replaced or taken away.</summary>
    public int Reorgs { get; set; }

    /// <summary>Orders compared with the contract, final and latest each counted.</summary>
    public int Comparisons { get; set; }

    public int Divergences { get; set; }

    /// <summary>The first divergence in one line.</summary>
    public string? First { get; set; }

    public int Orders { get; set; }

    public int Kills { get; set; }

    /// <summary>Answers that the endpoints gave wrongly or not at all.</summary>
    public int Faults { get; set; }

    public double Seconds { get; set; }

    public string ToJson() => new JsonObject
    {
        ["seed"] = Seed,
        ["mutant"] = Mutant.Length == 0 ? null : Mutant,
        ["steps"] = Steps,
        ["reorgs"] = Reorgs,
        ["comparisons"] = Comparisons,
        ["divergences"] = Divergences,
        ["first"] = First,
        ["orders"] = Orders,
        ["kills"] = Kills,
        ["faults"] = Faults,
        ["seconds"] = Math.Round(Seconds, 1),
    }.ToJsonString();
}
