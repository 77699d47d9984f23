using System.Text.Json.Nodes;
using SwarmCompute.Grains.Interfaces;
using SwarmCompute.Silo.Webhooks;

namespace SwarmCompute.Silo.Web;

/// <summary>The silo's HTTPS API: what the swarm shows of itself and of orders, and where manifests are given to it. Nothing here is secret.</summary>
internal static class SwarmEndpoints
{
    private const string JsonType = "application/json";

    /// <summary>Adds the routes.</summary>
    public static void MapSwarm(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", Health);
        routes.MapGet("/v1/swarm", ReadSwarm);
        routes.MapPut("/v1/manifests/{hash}", PutManifest);
        routes.MapGet("/v1/manifests/{hash}", ReadManifest);
        routes.MapGet("/v1/orders/{id}", ReadOrder);
        routes.MapGet("/v1/orders/{id}/report", ReadReport);
        routes.MapPut("/v1/orders/{id}/report", PutReport);
        routes.MapPut("/v1/nodes/{id}/status", NodeEndpoint.Put);
        routes.MapChain();
        routes.MapPut("/v1/orders/{id}/webhook", WebhookEndpoint.Put);
    }

    private static async Task Health(HttpContext context, ILocalSiloDetails here, IClusterMembershipService membership)
    {
        var isActive = membership.CurrentSnapshot.Members.TryGetValue(here.SiloAddress, out var self) && self.Status == SiloStatus.Active;
        context.Response.StatusCode = isActive ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await Write(context, new JsonObject { ["healthy"] = isActive });
    }

    private static async Task ReadSwarm(HttpContext context, IGrainFactory grains, IClusterMembershipService membership)
    {
        var nodes = await grains.Nodes().List(context.RequestAborted);
        var silos = membership.CurrentSnapshot.Members.Values.OrderBy(m => m.Name, StringComparer.Ordinal).ThenBy(m => m.SiloAddress.Generation);
        await Write(context, new JsonObject
        {
            ["silos"] = new JsonArray([.. silos.Select(m => new JsonObject
            {
                ["node"] = m.Name, ["address"] = m.SiloAddress.Endpoint.ToString(), ["status"] = m.Status.ToString(),
            })]),
            ["nodes"] = new JsonArray([.. nodes.Select(n => (JsonNode)OrderJson.Of(n))]),
        });
    }

    private static async Task PutManifest(HttpContext context, string hash, IGrainFactory grains)
    {
        if (!Hash32.TryParse(hash, out var expected))
        {
            await Refuse(context, StatusCodes.Status400BadRequest, "The path names no hash; give 64 hexadecimal digits.");
            return;
        }
        if (await ReadBody(context, ManifestLimits.BytesMax) is not { } body)
        {
            await Refuse(context, StatusCodes.Status413PayloadTooLarge, $"A manifest has at most {ManifestLimits.BytesMax} bytes.");
            return;
        }
        var decision = await grains.Manifest(expected).Put(body, context.RequestAborted);
        if (decision is ManifestDecision.Refused refused) await Refuse(context, StatusCodes.Status400BadRequest, refused.Reason);
        else context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task ReadManifest(HttpContext context, string hash, IGrainFactory grains)
    {
        if (!Hash32.TryParse(hash, out var wanted))
        {
            await Refuse(context, StatusCodes.Status400BadRequest, "The path names no hash; give 64 hexadecimal digits.");
            return;
        }
        if (await grains.Manifest(wanted).Read(context.RequestAborted) is { } manifest)
        {
            context.Response.ContentType = JsonType;
            await context.Response.Body.WriteAsync(manifest, context.RequestAborted);
        }
        else await Refuse(context, StatusCodes.Status404NotFound, $"The swarm does not have the manifest {wanted}.");
    }

    private static async Task ReadOrder(HttpContext context, string id, IGrainFactory grains)
    {
        if (await ParseOrder(context, id) is not { } order) return;
        if (await grains.Order(order).Read(context.RequestAborted) is { } snapshot) await Write(context, OrderJson.Of(snapshot));
        else await Refuse(context, StatusCodes.Status404NotFound, $"The swarm knows of no order {order}; one is known once its block is final.");
    }

    private static async Task ReadReport(HttpContext context, string id, IGrainFactory grains)
    {
        if (await ParseOrder(context, id) is not { } order) return;
        if (await grains.Order(order).ReadReport(context.RequestAborted) is { } file)
        {
            context.Response.ContentType = JsonType;
            await context.Response.Body.WriteAsync(file, context.RequestAborted);
        }
        else await Refuse(context, StatusCodes.Status404NotFound, $"Order {order} has no report yet.");
    }

    private static async Task PutReport(HttpContext context, string id, IGrainFactory grains)
    {
        if (await ParseOrder(context, id) is not { } order) return;
        if (await ReadBody(context, WireLimits.ReportBytesMax) is not { } body)
        {
            await Refuse(context, StatusCodes.Status413PayloadTooLarge, $"A signed report has at most {WireLimits.ReportBytesMax} bytes.");
            return;
        }
        switch (await grains.Order(order).GiveReport(body, context.RequestAborted))
        {
            case OrderDecision.Refused refused:
                await Refuse(context, StatusCodes.Status400BadRequest, refused.Reason);
                break;
            case OrderDecision.NotFound:
                await Refuse(context, StatusCodes.Status404NotFound, $"The swarm knows of no order {order}; one is known once its block is final.");
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
        }
    }

    /// <summary>Reads an order's number from the path; null where it is none, which was answered.</summary>
    public static async Task<OrderId?> ParseOrder(HttpContext context, string id)
    {
        try
        {
            return OrderId.Parse(id);
        }
        catch (FormatException e)
        {
            await Refuse(context, StatusCodes.Status400BadRequest, e.Message);
            return null;
        }
    }

    /// <summary>The body; null where it is longer than allowed, whatever its header says.</summary>
    public static async Task<byte[]?> ReadBody(HttpContext context, int bytesMax)
    {
        var buffer = new byte[bytesMax + 1];
        var length = await context.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, context.RequestAborted);
        return length > bytesMax ? null : buffer[..length];
    }

    /// <summary>Answers with a reason.</summary>
    public static async Task Refuse(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        await Write(context, new JsonObject { ["error"] = reason });
    }

    /// <summary>Answers.</summary>
    public static async Task Write(HttpContext context, JsonObject json)
    {
        context.Response.ContentType = JsonType;
        await context.Response.WriteAsync(json.ToJsonString(), context.RequestAborted);
    }
}
