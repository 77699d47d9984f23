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

    /// <summary>Asks the chain for the code, and compares it with ours; what a constructor writes into the code does not count.</summary>
    /// <exception cref="ChainException">No code (<see cref="ChainErrorKind.NoCode"/>), or other code (<see cref="ChainErrorKind.WrongCode"/>).</exception>
    public async Task Require(ChainClient client, CancellationToken cancel)
    {
        var code = (await client.Request("eth_getCode", [Address.ToString(), "latest"], cancel).ConfigureAwait(false)).Bytes();
        if (code.Length == 0)
            throw new ChainException(ChainErrorKind.NoCode, $"There is no contract at {Address} on chain {client.Options.ChainId}, configured as {Name}.");
        if (Code is null) return;
        var (expected, found) = (Keccak256.Hash(Code.Code.AsSpan()), Keccak256.Hash(Code.WithoutImmutables(code)));
        if (found != expected)
            throw new ChainException(ChainErrorKind.WrongCode, $"The contract at {Address} on chain {client.Options.ChainId}, configured as {Name}, is another one: its code has the hash {found}, ours {expected}.");
    }
}
