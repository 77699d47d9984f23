using System.Text.Json.Nodes;

namespace SwarmCompute.Client.ChainCrash;

/// <summary>What a run did and found.</summary>
internal sealed record CrashResult
{
    /// <summary>Times that the silo was killed after it had taken a report and before the order was paid in a final block.</summary>
    public required int Rounds { get; init; }

    /// <summary>Orders whose provider got more than was due, and one more where the vault gave more than the orders say.</summary>
    public required int DoublePaid { get; init; }

    /// <summary>Orders that did not end, or whose provider got less than was due, and one more where the vault gave less than the orders say.</summary>
    public required int Unpaid { get; init; }

    /// <summary>Orders that were to be paid: one a round, and one for each kill that came too late to count.</summary>
    public required int Orders { get; init; }

    /// <summary>Answers that the silo's endpoint gave wrongly or not at all.</summary>
    public required int Faults { get; init; }

    /// <summary>Transactions that the silo's account has sent: two for each order, and those that were sent in vain.</summary>
    public required ulong Transactions { get; init; }

    /// <summary>What all providers got.</summary>
    public required Wei Paid { get; init; }

    public required double Seconds { get; init; }

    public bool IsRight => DoublePaid == 0 && Unpaid == 0;

    public string ToJson() => new JsonObject
    {
        ["rounds"] = Rounds,
        ["doublePaid"] = DoublePaid,
        ["unpaid"] = Unpaid,
        ["orders"] = Orders,
        ["faults"] = Faults,
        ["transactions"] = Transactions,
        ["paid"] = Paid.ToString(),
        ["seconds"] = Math.Round(Seconds, 1),
    }.ToJsonString();
}
