namespace SwarmCompute.Attestation;

/// <summary>An item that was checked.</summary>
/// <param name="Item">The item.</param>
/// <param name="Content">What it is.</param>
/// <param name="Hash">Of the item's bytes.</param>
internal sealed record CollateralEntry(CollateralItem Item, CollateralContent Content, Hash32 Hash)
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1), Week = TimeSpan.FromDays(7), Least = TimeSpan.FromMinutes(1);

    // A clock that was set back leaves items from the future: they are asked for again, and not served for ever.
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    /// <summary>Checks an item; null, and why, where it is not what it should be.</summary>
    public static CollateralEntry? Open(CollateralItem item, TrustRoots roots, out string fault) =>
        CollateralContent.Read(item, roots, out fault) is { } content ? new(item, content, item.Hash()) : null;

    /// <summary>Whether the vendor should be asked again: half of what was left of its life is over, or a day (manifests and authorities: a week; chips' keys: never).</summary>
    public bool IsDue(DateTimeOffset at)
    {
        if (Item.FetchedAt - at > Skew) return true;
        if (Item.Key.Kind == CollateralKind.AmdVcek) return IsOver(at);
        var most = Item.Key.Kind is CollateralKind.AmdChain or CollateralKind.NvidiaRim ? Week : Day;
        var half = (Content.EndsAt - Item.FetchedAt) / 2;
        return at - Item.FetchedAt >= (half < Least ? Least : half < most ? half : most);
    }

    /// <summary>Whether its time has passed.</summary>
    public bool IsOver(DateTimeOffset at) => at > Content.EndsAt;
}
