namespace SwarmCompute.Chain.Tests.Support;

/// <summary>Compares views by value, lists included.</summary>
public static class OrderViews
{
    public static void Equal(OrderView expected, OrderView actual)
    {
        Assert.Equal(expected.Leases.AsEnumerable(), actual.Leases.AsEnumerable());
        Assert.Equal(expected.Transactions.AsEnumerable(), actual.Transactions.AsEnumerable());
        Assert.Equal(expected with { Leases = [], Transactions = [] }, actual with { Leases = [], Transactions = [] });
    }
}
