using System.Collections.Immutable;
using SwarmCompute.Chain.Abi;

namespace SwarmCompute.Chain;

/// <summary>Our types as the OrderBook contract's.</summary>
internal static class OrderCalls
{
    /// <summary>The most assets of an order.</summary>
    public const int AssetsMax = 8;

    /// <summary>The contract's struct Request.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Slots, end or dispute window are out of the contract's types.</exception>
    public static OrderBookAbi.Request Request(OrderRequest request)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Slots, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(request.Slots, LeaseId.SlotsMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(request.DisputeWindow, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(request.DisputeWindow, TimeSpan.FromDays(30));
        return new OrderBookAbi.Request(
            request.ExternalId, request.ManifestHash, request.Token, request.Deposit.Value, request.UnitPrice.Value, (byte)request.Slots,
            request.AuthorityKeyHash, Seconds(request.EndsAt), (uint)request.DisputeWindow.TotalSeconds, request.UnitsPerSecondMax, request.Callback);
    }

    /// <summary>The contract's structs AssetUse.</summary>
    public static OrderBookAbi.AssetUse[] Uses(ImmutableArray<AssetUse> assets)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(assets.Length, AssetsMax);
        return [.. assets.Select(use => new OrderBookAbi.AssetUse(use.Offer.Value, use.Version))];
    }

    /// <summary>The contract's struct KeySignature.</summary>
    public static OrderBookAbi.KeySignature Signed(P256Point key, P256Signature signature) => new(key.X, key.Y, signature.R, signature.S);

    /// <summary>Seconds since 1970.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Before 1970.</exception>
    public static ulong Seconds(DateTimeOffset time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, DateTimeOffset.UnixEpoch);
        return (ulong)time.ToUnixTimeSeconds();
    }
}
