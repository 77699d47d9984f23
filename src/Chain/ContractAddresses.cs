using SwarmCompute.Chain.Abi;

namespace SwarmCompute.Chain;

/// <summary>The contracts around an OrderBook, which it was deployed with for good.</summary>
/// <param name="EscrowVault">The only holder of tokens.</param>
/// <param name="TokenRegistry">The tokens that orders may be paid in.</param>
/// <param name="ProviderRegistry">Providers, their stakes and their nodes' keys.</param>
/// <param name="OfferBook">What is for sale.</param>
/// <param name="MeasurementRegistry">What guests may run.</param>
/// <param name="ReportLog">The chained hashes of reports.</param>
/// <param name="DisputeCourt">Where reports are disputed.</param>
/// <param name="OrderRules">The order book's checks of requests and signatures.</param>
public sealed record ContractAddresses(
    Address EscrowVault, Address TokenRegistry, Address ProviderRegistry, Address OfferBook, Address MeasurementRegistry, Address ReportLog, Address DisputeCourt, Address OrderRules)
{
    /// <summary>Asks the order book that is configured for its rules, which name a part of the others.</summary>
    /// <exception cref="ChainException">No answer, or not an order book.</exception>
    internal static Task<Address> ReadRules(ChainClient client, CancellationToken cancel) =>
        new Contract(client, client.Options.OrderBook, signer: null).Ask<Address>(OrderBookAbi.EncodeRULES(), OrderBookAbi.TryDecodeRULES, cancel);

    /// <summary>Asks the order book that is configured.</summary>
    /// <exception cref="ChainException">No answer, or not an order book.</exception>
    public static async Task<ContractAddresses> Read(ChainClient client, CancellationToken cancel)
    {
        var book = new Contract(client, client.Options.OrderBook, signer: null);
        var rules = await ReadRules(client, cancel).ConfigureAwait(false);
        var answers = await Task.WhenAll(
            book.Ask<Address>(OrderBookAbi.EncodeVAULT(), OrderBookAbi.TryDecodeVAULT, cancel),
            new Contract(client, rules, signer: null).Ask<Address>(OrderRulesAbi.EncodeTOKENS(), OrderRulesAbi.TryDecodeTOKENS, cancel),
            book.Ask<Address>(OrderBookAbi.EncodePROVIDERS(), OrderBookAbi.TryDecodePROVIDERS, cancel),
            book.Ask<Address>(OrderBookAbi.EncodeOFFERS(), OrderBookAbi.TryDecodeOFFERS, cancel),
            book.Ask<Address>(OrderBookAbi.EncodeMEASUREMENTS(), OrderBookAbi.TryDecodeMEASUREMENTS, cancel),
            book.Ask<Address>(OrderBookAbi.EncodeREPORTS(), OrderBookAbi.TryDecodeREPORTS, cancel),
            book.Ask<Address>(OrderBookAbi.EncodeCOURT(), OrderBookAbi.TryDecodeCOURT, cancel)).ConfigureAwait(false);
        return new ContractAddresses(answers[0], answers[1], answers[2], answers[3], answers[4], answers[5], answers[6], rules);
    }
}
