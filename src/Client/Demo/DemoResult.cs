using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace SwarmCompute.Client.Demo;

/// <summary>What a demo showed, in figures.</summary>
internal sealed record DemoResult
{
    public required OrderId Order { get; init; }

    public required Hash32 ManifestHash { get; init; }

    public required ImmutableArray<Hash32> Transactions { get; init; }

    public required int Stages { get; init; }

    public required int Tokens { get; init; }

    public required string Text { get; init; }

    public required KilledSilo Killed { get; init; }

    public required TimeSpan Gap { get; init; }

    public required bool EqualsUninterrupted { get; init; }

    public required Hash32 ReportHash { get; init; }

    public required bool ReportVerified { get; init; }

    public required string Evidence { get; init; }

    public required Wei Deposited { get; init; }

    public required Wei Paid { get; init; }

    public required Wei Refunded { get; init; }

    /// <summary>One line of JSON.</summary>
    public string ToJson() => new JsonObject
    {
        ["order"] = Order.Value,
        ["manifestHash"] = ManifestHash.ToString(),
        ["transactions"] = new JsonArray([.. Transactions.Select(t => JsonValue.Create($"0x{t}"))]),
        ["silos"] = DemoOptions.Silos,
        ["stages"] = Stages,
        ["tokens"] = Tokens,
        ["text"] = Text,
        ["killed"] = new JsonObject { ["silo"] = Killed.Node, ["pid"] = Killed.Pid, ["atToken"] = Killed.AtToken },
        ["gapMs"] = (long)Gap.TotalMilliseconds,
        ["equalsUninterrupted"] = EqualsUninterrupted,
        ["report"] = new JsonObject { ["hash"] = ReportHash.ToString(), ["verified"] = ReportVerified, ["evidence"] = Evidence },
        ["deposited"] = JsonNode.Parse(Deposited.ToString()),
        ["paid"] = JsonNode.Parse(Paid.ToString()),
        ["refunded"] = JsonNode.Parse(Refunded.ToString()),
    }.ToJsonString();
}
