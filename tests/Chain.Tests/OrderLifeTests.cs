using SwarmCompute.Chain.Tests.Support;

namespace SwarmCompute.Chain.Tests;

/// <summary>Orders on a real chain with the real contracts.</summary>
public sealed class OrderLifeTests(DevelopmentChain chain) : IClassFixture<DevelopmentChain>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_order_is_placed_leased_reported_settled_and_withdrawn()
    {
        using var script = new OrderScript(chain);
        var token = new Token(chain.Client, null);
        var provider = Development.Anvil.Accounts[8];
        var offer = await chain.Enroll(provider, new Wei(5), capacity: 2, Cancel);
        var before = await token.BalanceOf(provider.Address, Cancel);
        await script.Place(deposit: 100, unitPrice: 10, slots: 2, Cancel);
        await script.Assign(slot: 0, epoch: 1, offer, Cancel);
        await script.Assign(slot: 1, epoch: 1, offer, Cancel);
        await script.Submit(epoch: 1, units: 7, Cancel);
        await chain.BookOf(DevelopmentChain.Sender).Settle(script.Order, Cancel);

        Assert.Equal(new Wei(70), await new Escrow(chain.Client, null).CreditOf(chain.Options.Token, provider.Address, Cancel));
        await new Escrow(chain.Client, provider).Withdraw(chain.Options.Token, Cancel);
        Assert.Equal(before + new Wei(70), await token.BalanceOf(provider.Address, Cancel));
    }

    [Fact]
    public async Task What_the_contract_answers_is_the_fold_of_its_events()
    {
        using var script = new OrderScript(chain);
        await script.Place(deposit: 100, unitPrice: 10, slots: 2, Cancel);
        await script.Assign(slot: 1, epoch: 1, Cancel);
        await script.Assign(slot: 0, epoch: 4, Cancel);
        await chain.BookOf(DevelopmentChain.Customer).CloseOrder(script.Order, Cancel);
        await script.Submit(epoch: 4, units: 3, Cancel);
        await chain.BookOf(DevelopmentChain.Sender).Settle(script.Order, Cancel);
        await chain.Anvil.Mine(2, Cancel);

        var events = await Feed.ReadAll(chain.Client, Cancel);
        var folded = OrderView.Fold(events.Where(e => e.Order == script.Order))!;
        var read = (await chain.BookOf(DevelopmentChain.Sender).Read(script.Order, finalized: true, Cancel))!;
        Assert.Equal(OrderStatus.Completed, read.Status);
        Assert.Equal(6, folded.Transactions.Length);
        OrderViews.SameAsRead(read, folded);
    }

    [Fact]
    public async Task A_stale_epoch_is_refused_by_name()
    {
        using var script = new OrderScript(chain);
        await script.Place(deposit: 100, unitPrice: 10, slots: 1, Cancel);
        await script.Assign(slot: 0, epoch: 5, Cancel);

        var refusal = await Assert.ThrowsAsync<ChainException>(() => script.Assign(slot: 0, epoch: 5, Cancel));
        Assert.Equal((ChainErrorKind.Reverted, "StaleEpoch"), (refusal.Kind, refusal.ErrorName));
        Assert.Contains("given 5, current 5", refusal.Message, StringComparison.Ordinal);

        refusal = await Assert.ThrowsAsync<ChainException>(() => script.Submit(epoch: 4, units: 1, Cancel));
        Assert.Equal("StaleEpoch", refusal.ErrorName);
    }

    [Fact]
    public async Task A_lease_that_another_authority_signed_is_refused()
    {
        using var script = new OrderScript(chain);
        using var stranger = new OrderScript(chain);
        await script.Place(deposit: 100, unitPrice: 10, slots: 1, Cancel);
        var lease = new LeaseId(script.Order, 0);
        var refusal = await Assert.ThrowsAsync<ChainException>(() => chain.BookOf(DevelopmentChain.Sender).AssignLease(
            lease, new LeaseEpoch(1), chain.Compute, OrderDigest.DevelopmentMeasurement, script.LeaseKey.Point, stranger.Authority.Point, stranger.Authority.Sign(default), Cancel));
        Assert.Equal("WrongKey", refusal.ErrorName);
    }

    [Fact]
    public async Task A_second_report_and_a_second_settlement_are_refused()
    {
        using var script = new OrderScript(chain);
        await script.Place(deposit: 100, unitPrice: 10, slots: 1, Cancel);
        await script.Assign(slot: 0, epoch: 1, Cancel);
        await script.Submit(epoch: 1, units: 1, Cancel);
        Assert.Equal("ReportAlreadySubmitted", (await Assert.ThrowsAsync<ChainException>(() => script.Submit(epoch: 1, units: 2, Cancel))).ErrorName);

        var book = chain.BookOf(DevelopmentChain.Sender);
        await book.Settle(script.Order, Cancel);
        Assert.Equal("WrongStatus", (await Assert.ThrowsAsync<ChainException>(() => book.Settle(script.Order, Cancel))).ErrorName);
    }

    [Fact]
    public async Task A_closed_open_order_is_refunded()
    {
        using var script = new OrderScript(chain);
        await script.Place(deposit: 100, unitPrice: 10, slots: 1, Cancel);
        await chain.BookOf(DevelopmentChain.Customer).CloseOrder(script.Order, Cancel);
        var view = await chain.BookOf(DevelopmentChain.Sender).Read(script.Order, finalized: false, Cancel);
        Assert.Equal((OrderStatus.Cancelled, new Wei(100)), (view!.Status, view.Refunded));
        Assert.Equal(Wei.Zero, await new Escrow(chain.Client, null).LockedFor(script.Order, Cancel));
    }

    [Fact]
    public async Task A_customer_without_an_allowance_is_told_the_tokens_error()
    {
        using var script = new OrderScript(chain);
        var request = await script.Request(deposit: 100, unitPrice: 10, slots: 1, Cancel);
        var refusal = await Assert.ThrowsAsync<ChainException>(() => chain.BookOf(Development.Anvil.Accounts[7]).PlaceOrder(request, [], Cancel));
        Assert.Equal("ERC20InsufficientAllowance", refusal.ErrorName);
    }

    [Fact]
    public async Task An_order_that_was_never_placed_is_null()
    {
        Assert.Null(await chain.BookOf(DevelopmentChain.Sender).Read(new OrderId(999_999), finalized: false, Cancel));
    }

    [Fact]
    public async Task Transactions_sent_at_once_from_one_account_all_get_their_own_nonce()
    {
        var token = new Token(chain.Client, DevelopmentChain.Deployer);
        var receiver = Development.Anvil.Accounts[9].Address;
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => token.Mint(receiver, new Wei(1), Cancel)));
        Assert.Equal(new Wei(20), await token.BalanceOf(receiver, Cancel));
    }

    [Fact]
    public async Task A_transfer_moves_the_chains_own_coin()
    {
        using var newcomer = Account.FromPrivateKey(Hash32.Sha256("newcomer"u8).ToArray());
        await new TransactionSender(chain.Client, DevelopmentChain.Deployer).Transfer(newcomer.Address, new Wei(12_345), Cancel);
        var balance = await chain.Client.Request("eth_getBalance", [newcomer.Address.ToString(), "latest"], Cancel);
        Assert.Equal("0x3039", balance.GetString());
    }
}
