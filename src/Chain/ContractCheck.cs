using SwarmCompute.Chain.Abi;
using SwarmCompute.Chain.Crypto;
using SwarmCompute.Chain.JsonRpc;

namespace SwarmCompute.Chain;

/// <summary>A contract that must be at an address.</summary>
/// <param name="Name">Its name in the options.</param>
/// <param name="Address">Where it must be.</param>
/// <param name="Code">What it compiles to; null where only some code must be there.</param>
internal sealed record ContractCheck(string Name, Address Address, RuntimeCode? Code)
{
    /// <summary>The contracts that the options name.</summary>
    public static IReadOnlyList<ContractCheck> Of(ChainOptions options) =>
    [
        new("OrderBook", options.OrderBook, RuntimeCode.Of("OrderBook")),
        new("EscrowVault", options.EscrowVault, RuntimeCode.Of("EscrowVault")),
        new("Token", options.Token, null),
    ];

    /// <summary>Asks the order book, whose code was checked, which contracts it works with, and checks theirs.</summary>
    /// <exception cref="ChainException">As for <see cref="Require"/>, or the order book works with another vault than the configured one.</exception>
    public static async Task RequireOthers(ChainClient client, CancellationToken cancel)
    {
        var rules = await ContractAddresses.ReadRules(client, cancel).ConfigureAwait(false);
        await Others("OrderRules", rules).Require(client, cancel).ConfigureAwait(false);         // it names one of the others
        var others = await ContractAddresses.Read(client, cancel).ConfigureAwait(false);
        if (others.EscrowVault != client.Options.EscrowVault)
            throw new ChainException(ChainErrorKind.Inconsistent, $"The OrderBook at {client.Options.OrderBook} keeps its money in {others.EscrowVault}, not in {client.Options.EscrowVault}, which is configured as EscrowVault.");
        await Task.WhenAll(new[]
        {
            Others("TokenRegistry", others.TokenRegistry), Others("ProviderRegistry", others.ProviderRegistry), Others("OfferBook", others.OfferBook),
            Others("MeasurementRegistry", others.MeasurementRegistry), Others("ReportLog", others.ReportLog), Others("DisputeCourt", others.DisputeCourt),
        }.Select(other => other.Require(client, cancel))).ConfigureAwait(false);
    }

    private static ContractCheck Others(string name, Address address) => new(name, address, RuntimeCode.Of(name));

    /// <summary>Asks the chain for the code, and compares it with ours; what a constructor writes into the code does not count.</summary>
    /// <exception cref="ChainException">No code (<see cref="ChainErrorKind.NoCode"/>), or other code (<see cref="ChainErrorKind.WrongCode"/>).</exception>
    public async Task Require(ChainClient client, CancellationToken cancel)
    {
        var code = (await client.Request("eth_getCode", [Address.ToString(), "latest"], cancel).ConfigureAwait(false)).Bytes();
        if (code.Length == 0)
            throw new ChainException(ChainErrorKind.NoCode, $"There is no contract at {Address} on chain {client.Options.ChainId} as {Name}.");
        if (Code is null) return;
        var (expected, found) = (Keccak256.Hash(Code.Code.AsSpan()), Keccak256.Hash(Code.WithoutImmutables(code)));
        if (found != expected)
            throw new ChainException(ChainErrorKind.WrongCode, $"The contract at {Address} on chain {client.Options.ChainId}, the {Name}, is another one: its code has the hash {found}, ours {expected}.");
    }
}
