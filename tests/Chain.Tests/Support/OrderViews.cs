namespace SwarmCompute.Chain.Tests.Support;

/// <summary>Compares views by value, lists included.</summary>
public static class OrderViews
{
    public static void Equal(OrderView expected, OrderView actual)
    {
        Assert.Equal(expected.Leases.AsEnumerable(), actual.Leases.AsEnumerable());
        Assert.Equal(expected.Assets.AsEnumerable(), actual.Assets.AsEnumerable());
        Assert.Equal(expected.Segments.AsEnumerable(), actual.Segments.AsEnumerable());
        Assert.Equal(expected.SubOrders.AsEnumerable(), actual.SubOrders.AsEnumerable());
        Assert.Equal(expected.Transactions.AsEnumerable(), actual.Transactions.AsEnumerable());
        Assert.Equal(Bare(expected), Bare(actual));
    }

    /// <summary>That a fold is what the contract answers, but for what only one of the two knows.</summary>
    public static void SameAsRead(OrderView read, OrderView folded) =>
        Equal(read with { StartedAt = null, ReportedAt = null }, folded with { Segments = [], SubOrders = [], Transactions = [] });

    private static OrderView Bare(OrderView view) => view with { Leases = [], Assets = [], Segments = [], SubOrders = [], Transactions = [] };
}
