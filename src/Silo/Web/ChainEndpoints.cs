using System.Text.Json.Nodes;
using SwarmCompute.Chain;
using SwarmCompute.Grains.ChainFeed;
using SwarmCompute.Grains.Interfaces;

namespace SwarmCompute.Silo.Web;

/// <summary>What the silo knows of the chain: how far it is followed, and each order as folded from its events, final and latest.</summary>
internal static class ChainEndpoints
{
    /// <summary>Adds the routes.</summary>
    public static void MapChain(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/chain", ReadChain);
        routes.MapGet("/v1/orders/{id}/chain", ReadOrder);
    }

    private static async Task ReadChain(HttpContext context, IGrainFactory grains)
    {
        var status = await grains.ChainFeed().Read(context.RequestAborted);
        await SwarmEndpoints.Write(context, new JsonObject
        {
            ["chainId"] = status.ChainId,
            ["finalized"] = Of(status.Finalized),
            ["latest"] = Of(status.Latest),
            ["nextBlock"] = status.NextBlock,
            ["alarms"] = new JsonArray([.. status.Alarms.Select(a => new JsonObject { ["kind"] = a.Kind, ["text"] = a.Text })]),
            ["halted"] = status.IsHalted,
            ["error"] = status.Error,
            ["lastRead"] = status.LastRead?.UtcDateTime,
        });
    }

    private static async Task ReadOrder(HttpContext context, string id, IGrainFactory grains)
    {
        if (await SwarmEndpoints.ParseOrder(context, id) is not { } order) return;
        var told = OrderChain.Fold(await grains.Order(order).ReadChain(context.RequestAborted));
        await SwarmEndpoints.Write(context, new JsonObject
        {
            ["order"] = order.ToString(),
            ["final"] = Of(told.Final, told.FinalSequence),
            ["latest"] = Of(told.Latest, told.LatestSequence),
            ["stopped"] = told.Stopped,
        });
    }

    private static JsonObject? Of(BlockRecord? block) => block is null ? null : new JsonObject { ["number"] = block.Number, ["hash"] = $"0x{block.Hash}" };

    private static JsonObject? Of(OrderView? view, uint sequence)
    {
        if (view is null) return null;
        var json = OrderViewJson.Of(view);
        json["sequence"] = sequence;
        return json;
    }
}
