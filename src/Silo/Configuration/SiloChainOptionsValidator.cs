using Microsoft.Extensions.Options;

namespace SwarmCompute.Silo.Configuration;

internal sealed class SiloChainOptionsValidator : IValidateOptions<SiloChainOptions>
{
    private static readonly string[] Finalities = ["finalized", "safe", "latest"];

    public ValidateOptionsResult Validate(string? name, SiloChainOptions options)
    {
        var faults = new FaultList("Chain");
        var isUri = Uri.TryCreate(options.Rpc, UriKind.Absolute, out var rpc) && rpc.Scheme is "http" or "https";
        faults.Require(isUri, "Rpc", options.Rpc, "an http or https address of a JSON-RPC endpoint");
        faults.Require(options.ChainId > 0, "ChainId", options.ChainId, "the chain's id, from 1");
        RequireContract(faults, options.OrderBook, "OrderBook");
        RequireContract(faults, options.EscrowVault, "EscrowVault");
        RequireContract(faults, options.Token, "Token");
        faults.Require(Finalities.Contains(options.Finality), "Finality", options.Finality, "finalized, safe or latest");
        faults.RequireFile(options.AccountKeyFile, "AccountKeyFile", "the file with this provider's private key");
        return faults.Result;
    }

    private static void RequireContract(FaultList faults, string address, string key) =>
        faults.Require(FaultList.Parses(() => Address.Parse(address)) && !Address.Parse(address).IsZero, key, address, "a contract's address, 0x and 40 hexadecimal digits");
}
