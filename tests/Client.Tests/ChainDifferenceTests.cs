using System.Text.Json.Nodes;
using SwarmCompute.Chain;
using SwarmCompute.Client.ChainFuzz;

namespace SwarmCompute.Client.Tests;

/// <summary>What a silo says of an order is compared with the contract member by member.</summary>
public sealed class ChainDifferenceTests
{
    private static readonly Hash32 Hash = Hash32.Sha256("x"u8);

    private static readonly OrderView View = OrderView.Fold(
    [
        new OrderEvent.OrderPlaced(new OrderId(7), 1, Hash, 0, 1, Hash, default, new OrderRequest
        {
            ManifestHash = Hash,
            Token = default,
            Deposit = new Wei(UInt128.MaxValue),
            UnitPrice = new Wei(1),
            Slots = 1,
            AuthorityKeyHash = Hash,
            EndsAt = DateTimeOffset.UnixEpoch,
        }, new Wei(1), null, 1),
        new OrderEvent.LeaseAssigned(new OrderId(7), 2, Hash, 0, 2, Hash, 0, new LeaseEpoch(1), default, new OfferId(1), Hash, Hash, 0),
    ])!;

    [Fact]
    public void A_view_that_went_through_json_is_the_same()
    {
        var told = JsonNode.Parse(OrderViewJson.Of(View).ToJsonString())!;
        told["sequence"] = 2;
        Assert.Null(FuzzComparison.Difference(View with { Transactions = [] }, told));
    }

    [Fact]
    public void What_differs_is_named_with_both_values()
    {
        Assert.Equal("deposit is \"5\" in the contract, \"340282366920938463463374607431768211455\" in the silo", FuzzComparison.Difference(View with { Deposit = new Wei(5) }, OrderViewJson.Of(View)));
        Assert.StartsWith("leases is [] in the contract", FuzzComparison.Difference(View with { Leases = [] }, OrderViewJson.Of(View)), StringComparison.Ordinal);
    }

    [Fact]
    public void An_order_that_only_one_side_knows_differs()
    {
        Assert.Equal("the contract does not know it, the silo does", FuzzComparison.Difference(null, OrderViewJson.Of(View)));
        Assert.Equal("the contract knows it, the silo does not", FuzzComparison.Difference(View, null));
        Assert.Null(FuzzComparison.Difference(null, null));
    }
}
