using SwarmCompute.Chain.Contracts;
using SwarmCompute.Chain.Development;
using SwarmCompute.Chain.Tests.Support;

namespace SwarmCompute.Chain.Tests;

/// <summary>Who gets what, to the last wei, on a real chain with the real contracts.</summary>
public sealed class OrderMoneyTests(DevelopmentChain chain) : IClassFixture<DevelopmentChain>
{
    private static readonly Account ModelOwner = Anvil.Accounts[4], FirstDataOwner = Anvil.Accounts[5], SecondDataOwner = Anvil.Accounts[6], EngineOwner = Anvil.Accounts[7];
    private static readonly Account Successor = Anvil.Accounts[8];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private OrderBook Book => chain.BookOf(DevelopmentChain.Sender);

    [Fact]
    public async Task Each_owner_gets_its_price_times_the_units_and_the_customer_the_rest()
    {
        using var script = new OrderScript(chain);
        AssetUse[] assets =
        [
            await Offer(ModelOwner, OfferKind.Model, 11), await Offer(FirstDataOwner, OfferKind.Data, 5),
            await Offer(SecondDataOwner, OfferKind.Data, 3), await Offer(EngineOwner, OfferKind.Engine, 1),
        ];
        var (provider, customer) = (await Credit(DevelopmentChain.Provider), await Credit(DevelopmentChain.Customer));
        await script.Place(await script.Request(deposit: 10_000, unitPrice: 40, slots: 3, Cancel), [.. assets], Cancel);
        for (var slot = 0; slot < 3; slot++) await script.Assign(slot, epoch: 1, Cancel);
        await script.Checkpoint(epoch: 1, units: 60, Cancel);
        await script.Submit(epoch: 1, units: 100, Cancel);
        await Book.Settle(script.Order, Cancel);

        Assert.Equal((1100, 500, 300, 100), (await Credit(ModelOwner), await Credit(FirstDataOwner), await Credit(SecondDataOwner), await Credit(EngineOwner)));
        Assert.Equal(2000, await Credit(DevelopmentChain.Provider) - provider);
        Assert.Equal(6000, await Credit(DevelopmentChain.Customer) - customer);
        Assert.Equal(assets, (await Book.Read(script.Order, finalized: false, Cancel))!.Assets.Select(a => new AssetUse(a.Offer, a.Version)));
    }

    [Fact]
    public async Task A_lease_that_is_replaced_is_paid_its_segment_and_its_successor_the_rest()
    {
        using var script = new OrderScript(chain);
        var offer = await chain.Enroll(Successor, new Wei(3), capacity: 1, Cancel);
        var first = await Credit(DevelopmentChain.Provider);
        await script.Place(deposit: 1000, unitPrice: 7, slots: 2, Cancel);     // slot 0 gets 4 of each unit, slot 1 gets 3
        await script.Assign(slot: 0, epoch: 1, Cancel);
        await script.Assign(slot: 1, epoch: 1, Cancel);
        await script.Checkpoint(epoch: 1, units: 20, Cancel);
        await script.Assign(slot: 1, epoch: 2, offer, Cancel);
        Assert.Equal(60, await Credit(DevelopmentChain.Provider) - first);

        await script.Submit(epoch: 1, units: 50, Cancel);
        await Book.Settle(script.Order, Cancel);
        Assert.Equal(60 + 200, await Credit(DevelopmentChain.Provider) - first);
        Assert.Equal(90, await Credit(Successor));
        Assert.Equal(0u, (await chain.OffersOf(Successor).Read(offer, Cancel))!.Used);
    }

    [Fact]
    public async Task A_head_that_is_replaced_counts_from_zero_again_and_nothing_is_lost()
    {
        using var script = new OrderScript(chain);
        await script.Place(deposit: 1000, unitPrice: 1, slots: 1, Cancel);
        await script.Assign(slot: 0, epoch: 1, Cancel);
        await script.Checkpoint(epoch: 1, units: 20, Cancel);
        await script.Assign(slot: 0, epoch: 5, Cancel);
        Assert.Equal("StaleEpoch", (await Assert.ThrowsAsync<ChainException>(() => script.Checkpoint(epoch: 1, units: 30, Cancel))).ErrorName);
        await script.Checkpoint(epoch: 5, units: 7, Cancel);
        Assert.Equal("StaleUnits", (await Assert.ThrowsAsync<ChainException>(() => script.Checkpoint(epoch: 5, units: 7, Cancel))).ErrorName);
        await script.Submit(epoch: 5, units: 9, Cancel);
        Assert.Equal((UInt128)29, (await Book.Read(script.Order, finalized: false, Cancel))!.Units);
    }

    [Fact]
    public async Task What_a_sub_order_does_not_use_goes_back_to_its_parent()
    {
        using var parent = new OrderScript(chain);
        using var child = new OrderScript(chain);
        await parent.Place(deposit: 1000, unitPrice: 10, slots: 1, Cancel);
        await parent.Assign(slot: 0, epoch: 1, Cancel);
        var request = await child.Request(deposit: 300, unitPrice: 10, slots: 1, Cancel);
        await child.PlaceSubOrder(parent.Order, request with { EndsAt = request.EndsAt.AddDays(-1) }, Cancel);
        await child.Assign(slot: 0, epoch: 1, Cancel);
        await child.Submit(epoch: 1, units: 12, Cancel);
        await parent.Submit(epoch: 1, units: 50, Cancel);
        Assert.Equal("OpenSubOrders", (await Assert.ThrowsAsync<ChainException>(() => Book.Settle(parent.Order, Cancel))).ErrorName);

        await Book.Settle(child.Order, Cancel);
        await Book.Settle(parent.Order, Cancel);
        var view = (await Book.Read(parent.Order, finalized: false, Cancel))!;
        Assert.Equal((new Wei(120), new Wei(500), new Wei(380)), (view.Drawn, view.Paid, view.Refunded));
    }

    [Fact]
    public async Task An_order_that_expires_pays_what_checkpoints_counted()
    {
        using var script = new OrderScript(chain);
        var provider = await Credit(DevelopmentChain.Provider);
        var request = await script.Request(deposit: 1000, unitPrice: 10, slots: 1, Cancel);
        await script.Place(request with { EndsAt = request.EndsAt.AddDays(-100).AddMinutes(30) }, [], Cancel);
        await script.Assign(slot: 0, epoch: 1, Cancel);
        await script.Checkpoint(epoch: 1, units: 33, Cancel);
        await chain.Anvil.AdvanceTime(TimeSpan.FromHours(1), Cancel);
        await Book.Expire(script.Order, Cancel);
        Assert.Equal(330, await Credit(DevelopmentChain.Provider) - provider);
        Assert.Equal(OrderStatus.Expired, (await Book.Read(script.Order, finalized: false, Cancel))!.Status);
    }

    [Fact]
    public async Task Someone_may_place_an_order_that_the_customer_signed_once()
    {
        using var script = new OrderScript(chain);
        var request = await script.Request(deposit: 100, unitPrice: 10, slots: 1, Cancel) with { ExternalId = Hash32.Sha256("signed"u8) };
        var deadline = request.EndsAt;
        var signature = Book.SignOrder(DevelopmentChain.Customer, request, [], deadline);
        var (order, _) = await Book.PlaceOrderFor(DevelopmentChain.Customer.Address, request, [], deadline, signature, Cancel);
        Assert.Equal(DevelopmentChain.Customer.Address, (await Book.Read(order, finalized: false, Cancel))!.Customer);
        Assert.Equal(order, await Book.FindByExternalId(DevelopmentChain.Customer.Address, request.ExternalId, Cancel));

        var again = await Assert.ThrowsAsync<ChainException>(() => Book.PlaceOrderFor(DevelopmentChain.Customer.Address, request, [], deadline, signature, Cancel));
        Assert.Equal("ExternalIdUsed", again.ErrorName);
        var other = request with { Deposit = new Wei(101), ExternalId = Hash32.Sha256("another"u8) };
        var forged = await Assert.ThrowsAsync<ChainException>(() => Book.PlaceOrderFor(DevelopmentChain.Customer.Address, other, [], deadline, signature, Cancel));
        Assert.Equal("BadSignature", forged.ErrorName);
    }

    [Fact]
    public async Task A_batch_counts_what_is_good_and_names_what_is_not()
    {
        using var good = new OrderScript(chain);
        using var bad = new OrderScript(chain);
        foreach (var script in new[] { good, bad })
        {
            await script.Place(deposit: 1000, unitPrice: 1, slots: 1, Cancel);
            await script.Assign(slot: 0, epoch: 1, Cancel);
        }
        var (_, skipped) = await Book.CheckpointBatch([good.CheckpointOf(1, 5), bad.CheckpointOf(2, 5), bad.CheckpointOf(1, 6) with { Units = 7 }, good.CheckpointOf(1, 8)], Cancel);
        Assert.Equal([bad.Order, bad.Order], skipped);
        Assert.Equal(((UInt128)8, (UInt128)0),
            ((await Book.Read(good.Order, finalized: false, Cancel))!.Units, (await Book.Read(bad.Order, finalized: false, Cancel))!.Units));
    }

    private async Task<AssetUse> Offer(Account owner, OfferKind kind, int price)
    {
        var version = new OfferVersion(Hash32.Sha256([(byte)kind]), chain.Options.Token, new Wei((UInt128)price));
        return new AssetUse(await chain.OffersOf(owner).Create(kind, version, 0, Cancel), 1);
    }

    private async Task<long> Credit(Account account) => (long)(await new Escrow(chain.Client, null).CreditOf(chain.Options.Token, account.Address, Cancel)).Value;
}
