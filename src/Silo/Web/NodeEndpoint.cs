using System.Buffers;
using System.Text.Json;
using SwarmCompute.Chain;
using SwarmCompute.Grains.Interfaces;

namespace SwarmCompute.Silo.Web;

/// <summary>PUT /v1/nodes/{id}/status: where a node's provider says, signed, that the node takes no new leases, or that its leases move away.</summary>
internal static class NodeEndpoint
{
    private const int BodyBytesMax = 4096;

    /// <summary>Takes a command: 204, or a reason.</summary>
    public static async Task Put(HttpContext context, string id, IGrainFactory grains)
    {
        if (await SwarmEndpoints.ReadBody(context, BodyBytesMax) is not { } body)
        {
            await SwarmEndpoints.Refuse(context, StatusCodes.Status413PayloadTooLarge, $"A command to a node has at most {BodyBytesMax} bytes.");
            return;
        }
        if (ParseNode(id) is not { } node || Read(body) is not { } command)
        {
            await SwarmEndpoints.Refuse(context, StatusCodes.Status400BadRequest,
                "A command to a node is {\"status\": \"Ready|Cordoned|Draining\", \"reason\": …, \"until\": unix seconds, \"signature\": \"0x…\"}, at the path of a node's id.");
            return;
        }
        switch (await grains.Node(node).Command(command, context.RequestAborted))
        {
            case NodeDecision.Refused refused:
                await SwarmEndpoints.Refuse(context, StatusCodes.Status400BadRequest, refused.Reason);
                break;
            case NodeDecision.Illegal illegal:
                await SwarmEndpoints.Refuse(context, StatusCodes.Status409Conflict, $"Node {node} is {illegal.From} and cannot be made {illegal.To}.");
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
        }
    }

    /// <summary>Reads the four members; null where one is missing or wrong, or there is another.</summary>
    internal static NodeCommand? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 2 });
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object || root.GetPropertyCount() != 4) return null;
            if (!root.TryGetProperty("status", out var status) || !root.TryGetProperty("reason", out var reason)) return null;
            if (!root.TryGetProperty("until", out var until) || !root.TryGetProperty("signature", out var signed)) return null;
            if (!Enum.TryParse<NodeStatus>(status.GetString(), out var to) || !Enum.IsDefined(to) || reason.GetString() is not { } why) return null;
            if (!until.TryGetInt64(out var seconds) || signed.GetString() is not { } digits || !digits.StartsWith("0x", StringComparison.Ordinal)) return null;
            var signature = new byte[SignedMessage.SignatureSize];
            if (digits.Length != 2 + (2 * signature.Length) || Convert.FromHexString(digits.AsSpan(2), signature, out _, out _) != OperationStatus.Done) return null;
            return new NodeCommand(to, why, seconds, signature);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static NodeId? ParseNode(string id)
    {
        try
        {
            return new NodeId(id);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
