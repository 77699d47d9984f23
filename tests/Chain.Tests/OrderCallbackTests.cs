using SwarmCompute.Chain.Abi;
using SwarmCompute.Chain.Tests.Support;

namespace SwarmCompute.Chain.Tests;

/// <summary>Contracts that order and are called when their orders end, through our client.</summary>
public sealed class OrderCallbackTests(DevelopmentChain chain) : IClassFixture<DevelopmentChain>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_contract_orders_the_next_step_when_the_one_before_is_settled()
    {
        using var script = new OrderScript(chain);
        var customer = await CustomerContract.DeployChainedInference(chain, await script.Request(deposit: 100, unitPrice: 10, slots: 1, Cancel), Manifest(1), Manifest(2));
        await customer.Send(new AbiWriter("start()"));
        var first = await Current(customer);
        Assert.Equal(UInt128.One, await customer.Number("ordered"));
        await Settle(script, first, units: 3);

        var second = await Current(customer);
        Assert.Equal((UInt128)2, await customer.Number("ordered"));
        var view = (await Read(second))!;
        Assert.Equal(
            (customer.Address, customer.Address, Manifest(2), OrderScript.Report, OrderStatus.Open), (view.Customer, view.Callback, view.ManifestHash, view.ExternalId, view.Status));
        Assert.Equal(second, await chain.BookOf(DevelopmentChain.Sender).FindByExternalId(customer.Address, OrderScript.Report, Cancel));
        await Settle(script, second, units: 4);

        Assert.Equal(UInt128.Zero, await customer.Number("current"));
        Assert.Equal(new Wei(130), await new Escrow(chain.Client, null).CreditOf(chain.Options.Token, customer.Address, Cancel));
        await customer.Send(new AbiWriter("collect()"));
        Assert.Equal(new Wei(130), await new Token(chain.Client, null).BalanceOf(DevelopmentChain.Deployer.Address, Cancel));
    }

    [Fact]
    public async Task A_callback_is_told_how_its_order_ended()
    {
        using var script = new OrderScript(chain);
        var callback = await CustomerContract.DeployCallbacks(chain, Behaviour.Record);
        await Place(script, callback);
        await Settle(script, script.Order, units: 3);
        Assert.Equal(
            (UInt128.One, (UInt128)script.Order.Value, (UInt128)(byte)OrderStatus.Completed, OrderScript.Report, (UInt128)30, (UInt128)70),
            (await callback.Number("calls"), await callback.Number("orderId"), await callback.Number("status"), await callback.Hash("reportHash"),
                await callback.Number("paid"), await callback.Number("refunded")));
    }

    [Theory]
    [InlineData(Behaviour.Revert)]
    [InlineData(Behaviour.BurnGas)]
    [InlineData(Behaviour.ReturnBomb)]
    public async Task A_callback_that_misbehaves_stops_no_settlement(byte behaviour)
    {
        using var script = new OrderScript(chain);
        var callback = await CustomerContract.DeployCallbacks(chain, behaviour);
        await Place(script, callback);
        var escrow = new Escrow(chain.Client, null);
        var before = await escrow.CreditOf(chain.Options.Token, DevelopmentChain.Customer.Address, Cancel);
        await Settle(script, script.Order, units: 3);

        var view = (await Read(script.Order))!;
        Assert.Equal((OrderStatus.Completed, new Wei(30), new Wei(70)), (view.Status, view.Paid, view.Refunded));
        Assert.Equal(before + new Wei(70), await escrow.CreditOf(chain.Options.Token, DevelopmentChain.Customer.Address, Cancel));
        Assert.Equal(UInt128.Zero, await callback.Number("calls"));
        await chain.Anvil.Mine(2, Cancel);
        var folded = OrderView.Fold((await Feed.ReadAll(chain.Client, Cancel)).Where(e => e.Order == script.Order))!;
        OrderViews.SameAsRead(view, folded);
    }

    /// <summary>What contracts/test/support/Callbacks.sol can do.</summary>
    private static class Behaviour
    {
        public const byte Record = 0;
        public const byte Revert = 1;
        public const byte BurnGas = 2;
        public const byte ReturnBomb = 3;
    }

    private static Hash32 Manifest(byte step) => Hash32.Sha256([step]);

    private static async Task Place(OrderScript script, CustomerContract callback) =>
        await script.Place(await script.Request(deposit: 100, unitPrice: 10, slots: 1, Cancel) with { Callback = callback.Address }, [], Cancel);

    private async Task Settle(OrderScript script, OrderId order, UInt128 units)
    {
        script.Order = order;
        await script.Assign(slot: 0, epoch: 1, Cancel);
        await script.Submit(epoch: 1, units, Cancel);
        await chain.BookOf(DevelopmentChain.Sender).Settle(order, Cancel);
    }

    private static async Task<OrderId> Current(CustomerContract customer) => new((ulong)await customer.Number("current"));

    private Task<OrderView?> Read(OrderId order) => chain.BookOf(DevelopmentChain.Sender).Read(order, finalized: false, Cancel);
}
