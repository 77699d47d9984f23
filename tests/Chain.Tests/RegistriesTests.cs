using SwarmCompute.Chain.Contracts;
using SwarmCompute.Chain.Development;
using SwarmCompute.Chain.Tests.Support;

namespace SwarmCompute.Chain.Tests;

/// <summary>What surrounds the order book: tokens, measurements, providers, offers, reports; on a real chain with the real contracts.</summary>
public sealed class RegistriesTests(DevelopmentChain chain) : IClassFixture<DevelopmentChain>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_order_book_names_all_contracts_around_it()
    {
        Assert.Equal(chain.Options.EscrowVault, chain.Contracts.EscrowVault);
        Assert.True(await new TokenRegistry(chain.Client, chain.Contracts.TokenRegistry, null).Accepts(chain.Options.Token, Cancel));
        Assert.True(await new MeasurementRegistry(chain.Client, chain.Contracts.MeasurementRegistry, null).IsActive(OrderDigest.DevelopmentMeasurement, Cancel));
        Assert.Equal(DevelopmentTerms.DisputeBond, await chain.CourtOf(DevelopmentChain.Sender).Bond(Cancel));
        Assert.Equal(chain.Options.Token, await chain.ProvidersOf(DevelopmentChain.Sender).StakeToken(Cancel));
    }

    [Fact]
    public async Task A_token_that_was_disabled_takes_no_new_order()
    {
        await using var own = new DevelopmentChain();
        await own.InitializeAsync();
        using var script = new OrderScript(own);
        var request = await script.Request(deposit: 10, unitPrice: 1, slots: 1, Cancel);
        await new TokenRegistry(own.Client, own.Contracts.TokenRegistry, DevelopmentChain.Deployer).Disable(own.Options.Token, Cancel);
        Assert.Equal("TokenNotAccepted", (await Assert.ThrowsAsync<ChainException>(() => script.Place(request, [], Cancel))).ErrorName);
    }

    [Fact]
    public async Task A_measurement_that_was_revoked_gets_no_lease()
    {
        await using var own = new DevelopmentChain();
        await own.InitializeAsync();
        using var script = new OrderScript(own);
        await script.Place(deposit: 10, unitPrice: 1, slots: 1, Cancel);
        var measurements = new MeasurementRegistry(own.Client, own.Contracts.MeasurementRegistry, DevelopmentChain.Deployer);
        var before = await measurements.PolicyVersion(Cancel);
        await measurements.Revoke(OrderDigest.DevelopmentMeasurement, Cancel);
        Assert.Equal(before + 1, await measurements.PolicyVersion(Cancel));
        Assert.Equal("MeasurementNotActive", (await Assert.ThrowsAsync<ChainException>(() => script.Assign(slot: 0, epoch: 1, Cancel))).ErrorName);
    }

    [Fact]
    public async Task Stake_comes_out_after_its_cooldown()
    {
        var provider = Anvil.Accounts[6];
        await chain.Enroll(provider, Wei.Zero, capacity: 1, Cancel);
        var providers = chain.ProvidersOf(provider);
        await providers.RequestUnstake(new Wei(40), Cancel);
        var view = (await providers.Read(provider.Address, Cancel))!;
        Assert.Equal((new Wei(100_000), new Wei(40), new Wei(99_960)), (view.Staked, view.Unstaking, view.Free));
        Assert.Equal("NotYetAvailable", (await Assert.ThrowsAsync<ChainException>(() => providers.Unstake(Cancel))).ErrorName);

        await chain.Anvil.AdvanceTime(DevelopmentTerms.UnstakeCooldown, Cancel);
        await providers.Unstake(Cancel);
        Assert.Equal(new Wei(40), await new Escrow(chain.Client, null).CreditOf(chain.Options.Token, provider.Address, Cancel));
    }

    [Fact]
    public async Task A_node_without_its_key_gets_no_lease()
    {
        var (provider, node) = (Anvil.Accounts[7], new NodeId("node-1"));
        var offer = await chain.Enroll(provider, Wei.Zero, capacity: 1, Cancel);
        using var script = new OrderScript(chain);
        await script.Place(deposit: 10, unitPrice: 1, slots: 1, Cancel);
        Assert.NotNull(await chain.ProvidersOf(provider).ReadNodeKey(provider.Address, node, Cancel));
        await chain.ProvidersOf(provider).RevokeNodeKey(node, Cancel);
        Assert.Null(await chain.ProvidersOf(provider).ReadNodeKey(provider.Address, node, Cancel));
        Assert.Equal("NodeKeyExpired", (await Assert.ThrowsAsync<ChainException>(() => script.Assign(slot: 0, epoch: 1, offer, Cancel))).ErrorName);
    }

    [Fact]
    public async Task An_offer_takes_no_more_leases_than_its_capacity_and_none_of_another_authority()
    {
        var offers = chain.OffersOf(Anvil.Accounts[8]);
        var offer = await chain.Enroll(Anvil.Accounts[8], Wei.Zero, capacity: 1, Cancel);
        using var script = new OrderScript(chain);
        await script.Place(deposit: 10, unitPrice: 1, slots: 2, Cancel);
        await offers.SetAuthority(offer, Hash32.Sha256("another"u8), Cancel);
        Assert.Equal("AuthorityRefused", (await Assert.ThrowsAsync<ChainException>(() => script.Assign(slot: 0, epoch: 1, offer, Cancel))).ErrorName);
        await offers.SetAuthority(offer, script.Authority.Point.KeyHash(), Cancel);
        await script.Assign(slot: 0, epoch: 1, offer, Cancel);
        Assert.Equal("CapacityExhausted", (await Assert.ThrowsAsync<ChainException>(() => script.Assign(slot: 1, epoch: 1, offer, Cancel))).ErrorName);
        await offers.SetCapacity(offer, 2, Cancel);
        await script.Assign(slot: 1, epoch: 1, offer, Cancel);
        Assert.Equal(new OfferOnChain(Anvil.Accounts[8].Address, OfferKind.Compute, Disabled: false, Capacity: 2, Used: 2, Versions: 1), await offers.Read(offer, Cancel));
    }

    [Fact]
    public async Task An_order_keeps_the_version_that_it_pinned()
    {
        var offers = chain.OffersOf(DevelopmentChain.Sender);
        var cheap = new OfferVersion(Hash32.Sha256("weights"u8), chain.Options.Token, new Wei(1));
        var offer = await offers.Create(OfferKind.Model, cheap, capacity: 0, Cancel);
        Assert.Equal(2u, await offers.AddVersion(offer, cheap with { UnitPrice = new Wei(9) }, Cancel));
        using var script = new OrderScript(chain);
        await script.Place(await script.Request(deposit: 100, unitPrice: 4, slots: 1, Cancel), [new AssetUse(offer, 1)], Cancel);
        Assert.Equal(new Wei(3), (await chain.BookOf(DevelopmentChain.Sender).Read(script.Order, finalized: false, Cancel))!.ComputePrice);
        Assert.Equal("AssetsTooDear", (await Assert.ThrowsAsync<ChainException>(
            async () => await script.Place(await script.Request(deposit: 100, unitPrice: 4, slots: 1, Cancel), [new AssetUse(offer, 2)], Cancel))).ErrorName);
        await offers.Disable(offer, Cancel);
        Assert.Equal("OfferIsDisabled", (await Assert.ThrowsAsync<ChainException>(
            async () => await script.Place(await script.Request(deposit: 100, unitPrice: 4, slots: 1, Cancel), [new AssetUse(offer, 1)], Cancel))).ErrorName);
        Assert.Equal(cheap, await offers.ReadVersion(offer, 1, Cancel));
        Assert.Null(await offers.ReadVersion(offer, 3, Cancel));
    }

    [Fact]
    public async Task The_chain_of_reports_is_the_one_computed_here()
    {
        using var script = new OrderScript(chain);
        await script.Place(deposit: 10, unitPrice: 1, slots: 2, Cancel);
        await script.Assign(slot: 0, epoch: 1, Cancel);
        await script.Assign(slot: 1, epoch: 3, Cancel);
        var log = new ReportLog(chain.Client, chain.Contracts.ReportLog, DevelopmentChain.Sender);
        var (lease, epoch, report, key) = (new LeaseId(script.Order, 1), new LeaseEpoch(3), Hash32.Sha256("of slot 1"u8), script.LeaseKey.Point.KeyHash());
        await log.Post(lease, epoch, report, script.LeaseKey.Point, script.LeaseKey.Sign(OrderDigest.Post(chain.Options.ChainId, chain.Contracts.ReportLog, lease, epoch, report)), Cancel);
        await script.Submit(epoch: 1, units: 1, Cancel);

        var expected = ReportLog.Next(ReportLog.Next(default, 1, epoch, report, key), 0, new LeaseEpoch(1), OrderScript.Report, key);
        Assert.Equal((expected, 2u), await log.Head(script.Order, Cancel));
    }

    [Fact]
    public async Task A_paused_order_book_takes_no_new_order_and_ends_the_old_ones()
    {
        await using var own = new DevelopmentChain();
        await own.InitializeAsync();
        using var script = new OrderScript(own);
        await script.Place(deposit: 10, unitPrice: 1, slots: 1, Cancel);
        var request = await script.Request(deposit: 10, unitPrice: 1, slots: 1, Cancel);
        await own.BookOf(DevelopmentChain.Deployer).Pause(Cancel);
        Assert.Equal("EnforcedPause", (await Assert.ThrowsAsync<ChainException>(() => own.BookOf(DevelopmentChain.Customer).PlaceOrder(request, [], Cancel))).ErrorName);
        await own.BookOf(DevelopmentChain.Customer).CloseOrder(script.Order, Cancel);
        await own.BookOf(DevelopmentChain.Deployer).Unpause(Cancel);
        await script.Place(request, [], Cancel);
    }
}
