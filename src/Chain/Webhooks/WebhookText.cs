using System.Globalization;
using System.Text;

namespace SwarmCompute.Chain.Webhooks;

/// <summary>What is signed about webhooks, as <see cref="SignedMessage"/>: by customers to register one, by silos with each delivery. One form for both sides.</summary>
public static class WebhookText
{
    /// <summary>The text that an order's customer signs to have the order's phases announced at an address. People see it in their wallets.</summary>
    /// <param name="chainId">The chain (EIP-155).</param>
    /// <param name="orderBook">The order book contract.</param>
    /// <param name="order">The order.</param>
    /// <param name="url">The address; empty to have nothing announced any more.</param>
    public static byte[] Registration(ulong chainId, Address orderBook, OrderId order, string url) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"SwarmCompute webhook\nchain {chainId}\norderBook {orderBook}\norder {order}\nurl {url}"));

    /// <summary>The bytes that a silo signs with a delivery: the id, a dot, the timestamp in decimal, a dot, and the body as it is sent.</summary>
    /// <param name="id">The delivery's id (header <c>webhook-id</c>); without a dot.</param>
    /// <param name="unixSeconds">When it is sent (header <c>webhook-timestamp</c>).</param>
    /// <param name="body">The body.</param>
    public static byte[] Delivery(string id, long unixSeconds, ReadOnlySpan<byte> body) =>
        [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{unixSeconds}.")), .. body];
}
