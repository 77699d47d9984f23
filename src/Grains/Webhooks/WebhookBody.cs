using System.Text;
using System.Text.Json.Nodes;
using SwarmCompute.Chain;

namespace SwarmCompute.Grains.Webhooks;

/// <summary>The JSON of an announcement. Amounts, and other numbers that may pass 2^53, are strings.</summary>
internal static class WebhookBody
{
    /// <summary>What the receiver tells repeats by.</summary>
    public static string IdOf(OrderId order, OrderPhase phase) => $"order-{order}-{phase}";

    /// <summary>The same bytes for the same announcement, always.</summary>
    public static byte[] Of(OrderId order, Hash32 manifestHash, WebhookAnnouncement announcement, ChainOptions chain) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["id"] = IdOf(order, announcement.Phase),
        ["order"] = order.ToString(),
        ["chainId"] = chain.ChainId,
        ["orderBook"] = chain.OrderBook.ToString(),
        ["phase"] = announcement.Phase.ToString(),
        ["manifestHash"] = manifestHash.ToString(),
        ["reportHash"] = announcement.ReportHash?.ToString(),
        ["deposited"] = announcement.Deposited.ToString(),
        ["paid"] = announcement.Paid.ToString(),
        ["refunded"] = announcement.Refunded.ToString(),
        ["at"] = announcement.At.UtcDateTime,
    }.ToJsonString());
}
