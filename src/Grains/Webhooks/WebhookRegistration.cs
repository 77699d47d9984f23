using SwarmCompute.Chain;
using SwarmCompute.Chain.Webhooks;

namespace SwarmCompute.Grains.Webhooks;

/// <summary>Judges who may say where an order is announced: its customer. Pure.</summary>
internal static class WebhookRegistration
{
    /// <summary>Why the registration is not taken; null where it is.</summary>
    /// <param name="order">The order.</param>
    /// <param name="view">The order, as the finalized chain knows it.</param>
    /// <param name="url">The address; empty to have nothing announced.</param>
    /// <param name="signature">The customer's over <see cref="WebhookText.Registration"/>.</param>
    /// <param name="chain">The chain.</param>
    public static string? Refusal(OrderId order, OrderView view, string url, byte[] signature, ChainOptions chain)
    {
        if (url.Length > 0 && WebhookUrl.Refusal(url, chain.ChainId) is { } why) return $"The webhook is refused: {why}.";
        if (SignedMessage.Signer(WebhookText.Registration(chain.ChainId, chain.OrderBook, order, url), signature) is not { } signer)
            return $"The webhook is refused: the signature is none; give r, s and v in {SignedMessage.SignatureSize} bytes.";
        return signer == view.Customer ? null : $"The webhook is refused: it is signed by {signer}, and the customer of order {order} is {view.Customer}.";
    }
}
