using SwarmCompute.Chain;

namespace SwarmCompute.Client.Orders;

/// <summary>Places and closes orders with one account. Nothing that a silo says moves this account's money.</summary>
public sealed class Customer(ChainClient chain, Account account)
{
    private readonly OrderBook _book = new(chain, account);
    private readonly Token _token = new(chain, account);

    /// <summary>Lets the escrow take the deposit, and places the order for the manifest.</summary>
    /// <param name="manifest">What is to run.</param>
    /// <param name="deposit">The most that it may cost; what is not used comes back.</param>
    /// <param name="unitPrice">The price of one generated token.</param>
    /// <param name="endsAt">When the deposit comes back if no report was submitted.</param>
    /// <param name="cancel">Stops waiting; what was sent stays sent.</param>
    /// <exception cref="ChainException">The chain refused, such as a deposit that is too small or not there.</exception>
    public async Task<(OrderId Order, Hash32 Transaction)> Place(Manifest manifest, Wei deposit, Wei unitPrice, DateTimeOffset endsAt, CancellationToken cancel)
    {
        await _token.Approve(chain.Options.EscrowVault, deposit, cancel);
        var request = new OrderRequest
        {
            ManifestHash = manifest.Hash,
            Token = chain.Options.Token,
            Deposit = deposit,
            UnitPrice = unitPrice,
            Slots = manifest.Stages,
            AuthorityKeyHash = manifest.Authority,
            EndsAt = endsAt,
        };
        return await _book.PlaceOrder(request, [], cancel);
    }

    /// <summary>Ends the order: the head signs its report, the providers are paid, the rest comes back.</summary>
    /// <exception cref="ChainException">The chain refused.</exception>
    public Task<Hash32> Close(OrderId order, CancellationToken cancel) => _book.CloseOrder(order, cancel);
}
