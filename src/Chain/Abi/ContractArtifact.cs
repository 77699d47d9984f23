using System.Collections.Immutable;
using System.Text.Json;

namespace SwarmCompute.Chain.Abi;

/// <summary>What the compiler made of a contract: its creation code, and the signatures of its errors and events.</summary>
internal sealed record ContractArtifact(ImmutableArray<byte> Bytecode, ImmutableArray<AbiSignature> Errors, ImmutableArray<AbiSignature> Events)
{
    /// <summary>The order book.</summary>
    public static ContractArtifact OrderBook { get; } = Load("OrderBook");

    /// <summary>The vault.</summary>
    public static ContractArtifact EscrowVault { get; } = Load("EscrowVault");

    /// <summary>The token of development chains.</summary>
    public static ContractArtifact TestUsdt { get; } = Load("TestUsdt");

    private static ContractArtifact Load(string name)
    {
        using var resource = typeof(ContractArtifact).Assembly.GetManifestResourceStream($"{name}.json")
            ?? throw new InvalidOperationException($"The contract {name} is not embedded; build src/Chain again.");
        using var json = JsonDocument.Parse(resource);
        var bytecode = json.RootElement.GetProperty("bytecode").GetProperty("object").GetString()!;
        var abi = json.RootElement.GetProperty("abi");
        return new ContractArtifact([.. Convert.FromHexString(bytecode.AsSpan(2))], Signatures(abi, "error"), Signatures(abi, "event"));
    }

    private static ImmutableArray<AbiSignature> Signatures(JsonElement abi, string type) =>
    [
        .. abi.EnumerateArray()
            .Where(entry => entry.GetProperty("type").GetString() == type)
            .Select(entry => new AbiSignature(entry.GetProperty("name").GetString()!, [.. entry.GetProperty("inputs").EnumerateArray()
                .Select(input => new AbiParameter(input.GetProperty("name").GetString()!, input.GetProperty("type").GetString()!))])),
    ];
}
