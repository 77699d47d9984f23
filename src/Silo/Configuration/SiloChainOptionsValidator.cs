using Microsoft.Extensions.Options;
using SwarmCompute.Chain.Sync;

namespace SwarmCompute.Silo.Configuration;

internal sealed class SiloChainOptionsValidator : IValidateOptions<SiloChainOptions>
{
    private static readonly string[] Finalities = ["finalized", "safe", "latest"];

    public ValidateOptionsResult Validate(string? name, SiloChainOptions options)
    {
        var faults = new FaultList("Chain");
        faults.Require(IsEndpoint(options.Rpc), "Rpc", options.Rpc, "an http or https address of a JSON-RPC endpoint");
        faults.Require(options.MoreRpc.Length < 8 && options.MoreRpc.All(IsEndpoint), "MoreRpc", string.Join(", ", options.MoreRpc), "up to 7 http or https addresses of JSON-RPC endpoints");
        faults.Require(options.Sockets.Length <= 4 && options.Sockets.All(IsSocket), "Sockets", string.Join(", ", options.Sockets), "up to 4 ws or wss addresses");
        faults.Require(options.ChainId > 0, "ChainId", options.ChainId, "the chain's id, from 1");
        RequireContract(faults, options.OrderBook, "OrderBook");
        RequireContract(faults, options.EscrowVault, "EscrowVault");
        RequireContract(faults, options.Token, "Token");
        faults.Require(Finalities.Contains(options.Finality), "Finality", options.Finality, "finalized, safe or latest");
        faults.Require(options.BlockMs is null or (>= 10 and <= 60_000), "BlockMs", options.BlockMs, "10 to 60000, or leave it out");
        faults.Require(options.FallbackDepth is null or (>= 0 and <= 4096), "FallbackDepth", options.FallbackDepth, "0 to 4096, or leave it out");
        faults.Require(options.LogRangeMax is null or (>= 1 and <= 50_000), "LogRangeMax", options.LogRangeMax, "1 to 50000, or leave it out");
        faults.Require(options.RequestsPerSecond is null or (>= 0 and <= 10_000), "RequestsPerSecond", options.RequestsPerSecond, "0 to 10000, or leave it out");
        faults.Require(options.PollMs is >= 20 and <= 60_000, "PollMs", options.PollMs, "20 to 60000");
        faults.Require(SiloChainOptions.MutantOf(options.Mutant) is not null, "Mutant", options.Mutant, "nothing, or number-only");
        faults.Require(options.Mutant.Length == 0 || SyncOptions.IsDevelopment(options.ChainId), "Mutant", options.Mutant, "nothing: only development chains (31337, 1337) have a follower that is broken on purpose");
        faults.RequireFile(options.AccountKeyFile, "AccountKeyFile", "the file with this provider's private key");
        return faults.Result;
    }

    private static bool IsEndpoint(string text) => Uri.TryCreate(text, UriKind.Absolute, out var rpc) && rpc.Scheme is "http" or "https";

    private static bool IsSocket(string text) => Uri.TryCreate(text, UriKind.Absolute, out var socket) && socket.Scheme is "ws" or "wss";

    private static void RequireContract(FaultList faults, string address, string key) =>
        faults.Require(FaultList.Parses(() => Address.Parse(address)) && !Address.Parse(address).IsZero, key, address, "a contract's address, 0x and 40 hexadecimal digits");
}
