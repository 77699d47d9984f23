using System.Text;
using System.Text.Json.Nodes;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Webhooks;

namespace SwarmCompute.Client.Orders;

/// <summary>An order's customer's word on where the order is announced. Valid as long as the order lives, whoever hands it in.</summary>
/// <param name="Order">The order.</param>
/// <param name="Url">The https address; empty for nowhere.</param>
/// <param name="Signature">r‖s‖v over <see cref="WebhookText.Registration"/>, 65 bytes: from <see cref="Sign"/> or a wallet's personal_sign.</param>
public sealed record WebhookRegistration(OrderId Order, string Url, ReadOnlyMemory<byte> Signature)
{
    /// <summary>Signs one.</summary>
    /// <param name="order">The order.</param>
    /// <param name="url">The https address; empty for nowhere.</param>
    /// <param name="chain">The chain that the order is on.</param>
    /// <param name="customer">The account that placed the order.</param>
    public static WebhookRegistration Sign(OrderId order, string url, ChainOptions chain, Account customer) =>
        new(order, url, SignedMessage.Sign(WebhookText.Registration(chain.ChainId, chain.OrderBook, order, url), customer));

    internal byte[] ToJson() => Encoding.UTF8.GetBytes(new JsonObject { ["url"] = Url, ["signature"] = $"0x{Convert.ToHexStringLower(Signature.Span)}" }.ToJsonString());
}
