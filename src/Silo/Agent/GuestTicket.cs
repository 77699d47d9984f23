using System.Text.Json;
using System.Text.Json.Nodes;
using SwarmCompute.Grains.Interfaces;

namespace SwarmCompute.Silo.Agent;

/// <summary>What a guest is told of its node and its swarm, beside its own assignment. The same for all guests of one agent.</summary>
internal sealed record GuestTicket
{
    private static readonly JsonSerializerOptions OneLine = new() { WriteIndented = false };

    public required NodeId Node { get; init; }

    public required string LinkEndpoint { get; init; }

    public required ulong ChainId { get; init; }

    public required Address OrderBook { get; init; }

    public required string AuthorityEndpoint { get; init; }

    public required byte[] AuthorityRoot { get; init; }

    public required string AssetDirectory { get; init; }

    public required string ListenAddress { get; init; }

    public required string NativeLibraryDirectory { get; init; }

    /// <summary>The line of JSON for one guest.</summary>
    public byte[] For(Assignment assignment, string workDirectory) => JsonSerializer.SerializeToUtf8Bytes(
        new JsonObject
        {
            ["lease"] = assignment.Lease.ToString(),
            ["epoch"] = assignment.Epoch.Value,
            ["provider"] = assignment.Provider.ToString(),
            ["offer"] = assignment.Offer.Value,
            ["chainId"] = ChainId,
            ["orderBook"] = OrderBook.ToString(),
            ["manifest"] = System.Text.Encoding.UTF8.GetString(assignment.Manifest),
            ["authority"] = new JsonObject { ["endpoint"] = AuthorityEndpoint, ["rootCertificate"] = Convert.ToBase64String(AuthorityRoot) },
            ["silo"] = new JsonObject { ["endpoint"] = LinkEndpoint, ["node"] = Node.Value },
            ["assetDirectory"] = AssetDirectory,
            ["workDirectory"] = workDirectory,
            ["listenAddress"] = ListenAddress,
            ["nativeLibraryDirectory"] = NativeLibraryDirectory,
        },
        OneLine);
}
