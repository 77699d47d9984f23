using SwarmCompute.Chain.Abi;
using SwarmCompute.Chain.Contracts;
using SwarmCompute.Chain.JsonRpc;

namespace SwarmCompute.Chain.Development;

/// <summary>Puts the contracts on a chain.</summary>
public static class Deployment
{
    /// <summary>Main networks, where a token that anyone's owner mints has no place.</summary>
    private static readonly UInt128[] MainNetworks = [1, 56, 204];

    /// <summary>The chains on which the MeasurementRegistry takes a development measurement.</summary>
    private static readonly ulong[] DevelopmentChains = [1337, 31337];

    /// <summary>
    /// Deploys a test token (of which the deployer gets nothing until it mints) and all contracts, joins them, accepts the token and, on a
    /// development chain, the development measurement. The deployer owns them, is their arbiter, and waits for nothing (delays are zero).
    /// </summary>
    /// <param name="rpc">The endpoint of a development chain.</param>
    /// <param name="deployer">Who pays for the deployment and may mint.</param>
    /// <param name="cancel">Stops the wait; contracts that were created stay, unused.</param>
    /// <returns>Options to connect with.</returns>
    /// <exception cref="ChainException">A main network (<see cref="ChainErrorKind.WrongChain"/>), no answer, or no funds.</exception>
    public static async Task<ChainOptions> DeployDevelopment(Uri rpc, Account deployer, CancellationToken cancel)
    {
        var options = new ChainOptions { Rpc = rpc, ChainId = await DevelopmentChainId(rpc, cancel).ConfigureAwait(false), OrderBook = default, EscrowVault = default, Token = default };
        await using var client = ChainClient.Open(options, TimeProvider.System);
        var sender = new TransactionSender(client, deployer);
        var owner = deployer.Address;

        // What needs nothing of each other goes out together: the chain takes it in a block or two.
        var token = Create(sender, "TestUsdt", TestUsdtAbi.EncodeConstructor(owner), cancel);
        var vault = Create(sender, "EscrowVault", [], cancel);
        var tokens = Create(sender, "TokenRegistry", TokenRegistryAbi.EncodeConstructor(owner, default, 0), cancel);
        var measurements = Create(sender, "MeasurementRegistry", MeasurementRegistryAbi.EncodeConstructor(owner, default, 0), cancel);
        var offers = Create(sender, "OfferBook", [], cancel);
        var reports = Create(sender, "ReportLog", [], cancel);
        await Task.WhenAll(token, vault, tokens, measurements, offers, reports).ConfigureAwait(false);
        var (paidIn, safe, accepted, measured, market, log) =
            ((await token.ConfigureAwait(false)).Address, (await vault.ConfigureAwait(false)).Address, (await tokens.ConfigureAwait(false)).Address,
            (await measurements.ConfigureAwait(false)).Address, (await offers.ConfigureAwait(false)).Address, (await reports.ConfigureAwait(false)).Address);

        var providers = Create(sender, "ProviderRegistry", ProviderRegistryAbi.EncodeConstructor(
            safe, paidIn, DevelopmentTerms.StakePerLease.Value, (ulong)DevelopmentTerms.UnstakeCooldown.TotalSeconds, measured), cancel);
        var court = Create(sender, "DisputeCourt", DisputeCourtAbi.EncodeConstructor(
            safe, paidIn, DevelopmentTerms.DisputeBond.Value, (ulong)DevelopmentTerms.DecideWithin.TotalSeconds, owner, default), cancel);
        var (registry, judge) = ((await providers.ConfigureAwait(false)).Address, (await court.ConfigureAwait(false)).Address);

        var parts = new OrderBookAbi.Parts(safe, accepted, registry, market, measured, log, judge);
        var book = await Create(sender, "OrderBook", OrderBookAbi.EncodeConstructor(parts, owner, default), cancel).ConfigureAwait(false);
        options = options with { Token = paidIn, EscrowVault = safe, OrderBook = book.Address, DeployBlock = book.Block };
        await Join(sender, parts, options, cancel).ConfigureAwait(false);
        return options;
    }

    private static async Task Join(TransactionSender sender, OrderBookAbi.Parts parts, ChainOptions options, CancellationToken cancel)
    {
        var book = options.OrderBook;
        List<Task> joined =
        [
            sender.Send(parts.Vault, EscrowVaultAbi.EncodeSetMovers([book, parts.Providers, parts.Court]), cancel),
            sender.Send(parts.Providers, ProviderRegistryAbi.EncodeSetOrderBook(book, parts.Court), cancel),
            sender.Send(parts.Offers, OfferBookAbi.EncodeSetOrderBook(book), cancel),
            sender.Send(parts.Reports, ReportLogAbi.EncodeSetOrderBook(book), cancel),
            sender.Send(parts.Court, DisputeCourtAbi.EncodeSetOrderBook(book, parts.Providers), cancel),
            sender.Send(parts.Tokens, TokenRegistryAbi.EncodePropose(options.Token, DevelopmentTerms.MinDeposit.Value), cancel),
        ];
        if (DevelopmentChains.Contains(options.ChainId))
        {
            joined.Add(sender.Send(parts.Measurements, MeasurementRegistryAbi.EncodePropose(
                OrderDigest.DevelopmentMeasurement, (byte)MeasuredPlatform.Development, releaseHash: default, validUntil: ulong.MaxValue), cancel));
        }
        await Task.WhenAll(joined).ConfigureAwait(false);
    }

    private static async Task<ulong> DevelopmentChainId(Uri rpc, CancellationToken cancel)
    {
        using var client = new RpcEndpoint(rpc, new RpcLimits(TimeSpan.FromSeconds(10)), TimeProvider.System);
        var id = (await client.Call("eth_chainId", [], cancel).ConfigureAwait(false)).Quantity();
        if (MainNetworks.Contains(id)) throw new ChainException(ChainErrorKind.WrongChain, $"{rpc} serves the main network {id}; a test token has no place there.");
        return (ulong)id;
    }

    private static async Task<(Address Address, ulong Block)> Create(TransactionSender sender, string contract, byte[] arguments, CancellationToken cancel)
    {
        var receipt = await sender.Send(null, (byte[])[.. ContractCode.Of(contract), .. arguments], cancel).ConfigureAwait(false);
        return receipt.CreatedContract is { } address
            ? (address, receipt.Block)
            : throw new ChainException(ChainErrorKind.Inconsistent, $"Transaction {receipt.Transaction} created no contract.");
    }
}
