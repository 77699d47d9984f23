using SwarmCompute.Chain.Development;
using SwarmCompute.Chain.Tests.Support;

namespace SwarmCompute.Chain.Tests;

/// <summary>Disputes on a real chain with the real contracts.</summary>
public sealed class DisputeCourtTests(DevelopmentChain chain) : IClassFixture<DevelopmentChain>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dispute_that_nobody_decides_ends_as_reported_and_the_bond_goes_back()
    {
        using var script = await Reported();
        var court = chain.CourtOf(DevelopmentChain.Customer);
        await court.Open(script.Order, Hash32.Sha256("evidence"u8), Cancel);
        Assert.Equal(OrderStatus.Disputed, (await Read(script))!.Status);
        Assert.NotNull(await court.DeadlineOf(script.Order, Cancel));
        Assert.Equal("NotYetDue", (await Assert.ThrowsAsync<ChainException>(() => court.Conclude(script.Order, Cancel))).ErrorName);

        var before = await Credit(DevelopmentChain.Customer);
        await chain.Anvil.AdvanceTime(DevelopmentTerms.DecideWithin, Cancel);
        await court.Conclude(script.Order, Cancel);
        var view = (await Read(script))!;
        Assert.Equal((OrderStatus.Completed, new Wei(500), new Wei(500)), (view.Status, view.Paid, view.Refunded));
        Assert.Equal(before + new Wei(500) + DevelopmentTerms.DisputeBond, await Credit(DevelopmentChain.Customer));
        Assert.Null(await court.DeadlineOf(script.Order, Cancel));
    }

    [Fact]
    public async Task The_arbiter_divides_what_is_not_yet_paid_and_takes_the_stake_that_is_locked()
    {
        using var script = await Reported();
        await chain.CourtOf(DevelopmentChain.Customer).Open(script.Order, Hash32.Sha256("evidence"u8), Cancel);
        var providers = chain.ProvidersOf(DevelopmentChain.Sender);
        var staked = (await providers.Read(DevelopmentChain.Provider.Address, Cancel))!.Staked;
        Assert.Equal(await providers.StakePerLease(Cancel), await providers.LockedFor(DevelopmentChain.Provider.Address, script.Order, Cancel));

        await chain.CourtOf(DevelopmentChain.Deployer).Resolve(script.Order, customerBps: 2500, DevelopmentChain.Provider.Address, new Wei(4), Cancel);
        var view = (await Read(script))!;
        Assert.Equal((new Wei(375), new Wei(625)), (view.Paid, view.Refunded));
        Assert.Equal(staked - new Wei(4), (await providers.Read(DevelopmentChain.Provider.Address, Cancel))!.Staked);
        Assert.Equal(Wei.Zero, await providers.LockedFor(DevelopmentChain.Provider.Address, script.Order, Cancel));
    }

    [Fact]
    public async Task Before_the_window_is_over_only_the_customer_settles()
    {
        using var script = await Reported();
        var refusal = await Assert.ThrowsAsync<ChainException>(() => chain.BookOf(DevelopmentChain.Sender).Settle(script.Order, Cancel));
        Assert.Equal("DisputeWindowOpen", refusal.ErrorName);
        await chain.BookOf(DevelopmentChain.Customer).Settle(script.Order, Cancel);
        Assert.Equal("WrongStatus", (await Assert.ThrowsAsync<ChainException>(
            () => chain.CourtOf(DevelopmentChain.Customer).Open(script.Order, Hash32.Sha256("late"u8), Cancel))).ErrorName);
    }

    private async Task<OrderScript> Reported()
    {
        var script = new OrderScript(chain);
        await script.Place(await script.Request(deposit: 1000, unitPrice: 10, slots: 1, Cancel) with { DisputeWindow = TimeSpan.FromHours(2) }, [], Cancel);
        await script.Assign(slot: 0, epoch: 1, Cancel);
        await script.Submit(epoch: 1, units: 50, Cancel);
        return script;
    }

    private Task<OrderView?> Read(OrderScript script) => chain.BookOf(DevelopmentChain.Sender).Read(script.Order, finalized: false, Cancel);

    private Task<Wei> Credit(Account account) => new Escrow(chain.Client, null).CreditOf(chain.Options.Token, account.Address, Cancel);
}
