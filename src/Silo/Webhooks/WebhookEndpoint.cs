using System.Buffers;
using System.Text.Json;
using SwarmCompute.Chain;
using SwarmCompute.Grains.Interfaces;
using SwarmCompute.Silo.Web;

namespace SwarmCompute.Silo.Webhooks;

/// <summary>PUT /v1/orders/{id}/webhook: where an order's customer says, signed, where the order is announced.</summary>
internal static class WebhookEndpoint
{
    private const int BodyBytesMax = 4096;

    /// <summary>Takes a registration: 204, or a reason.</summary>
    public static async Task Put(HttpContext context, string id, IGrainFactory grains)
    {
        if (await SwarmEndpoints.ParseOrder(context, id) is not { } order) return;
        if (await SwarmEndpoints.ReadBody(context, BodyBytesMax) is not { } body)
        {
            await SwarmEndpoints.Refuse(context, StatusCodes.Status413PayloadTooLarge, $"A webhook's registration has at most {BodyBytesMax} bytes.");
            return;
        }
        if (!TryRead(body, out var url, out var signature))
        {
            await SwarmEndpoints.Refuse(context, StatusCodes.Status400BadRequest,
                "A webhook's registration is {\"url\": …, \"signature\": \"0x…\"}, with the address (or \"\") and the customer's signature of 65 bytes in hexadecimal.");
            return;
        }
        switch (await grains.Order(order).SetWebhook(url, signature, context.RequestAborted))
        {
            case OrderDecision.Refused refused:
                await SwarmEndpoints.Refuse(context, StatusCodes.Status400BadRequest, refused.Reason);
                break;
            case OrderDecision.NotFound:
                await SwarmEndpoints.Refuse(context, StatusCodes.Status404NotFound, $"The swarm knows of no order {order}; one is known once its block is final.");
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
        }
    }

    /// <summary>Reads the two members; whatever else is there is refused.</summary>
    internal static bool TryRead(ReadOnlyMemory<byte> body, out string url, out byte[] signature)
    {
        (url, signature) = ("", []);
        try
        {
            using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 2 });
            if (json.RootElement.ValueKind != JsonValueKind.Object || json.RootElement.GetPropertyCount() != 2) return false;
            if (!json.RootElement.TryGetProperty("url", out var address) || !json.RootElement.TryGetProperty("signature", out var signed)) return false;
            if (address.GetString() is not { } text || signed.GetString() is not { } digits || !digits.StartsWith("0x", StringComparison.Ordinal)) return false;
            var bytes = new byte[SignedMessage.SignatureSize];
            if (digits.Length != 2 + (2 * bytes.Length) || Convert.FromHexString(digits.AsSpan(2), bytes, out _, out _) != OperationStatus.Done) return false;
            (url, signature) = (text, bytes);
            return true;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
