using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using SwarmCompute.Chain;
using SwarmCompute.Client.ChainFuzz;
using SwarmCompute.Client.Orders;

namespace SwarmCompute.Client.Cli;

/// <summary><c>swarm chain verify</c>: an order from its logs alone, against the contract's own state.</summary>
internal static class ChainVerifyCommand
{
    private const int PlainWidth = 160;

    public static Command Create()
    {
        var swarm = CommonOptions.Swarm();
        var number = CommonOptions.Order();
        var json = new Option<bool>("--json") { Description = "one JSON object on standard output" };
        var command = new Command("verify", "Rebuilds an order from its logs alone, and compares it with what the contract says as of the same block.") { number, swarm, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var order = parsed.Read(number);
            await using var chain = await ChainClient.Connect(parsed.Read(swarm).Chain, cancel);
            var history = await OrderHistory.Read(chain, order, cancel);
            var contract = await new OrderBook(chain, null).Read(order, history.AsOf.Number, cancel);
            if (history.Events.IsEmpty && contract is null) throw new CommandException($"the chain has no order {order} in a final block");
            var difference = FuzzComparison.Difference(contract, history.View is { } view ? OrderViewJson.Of(view) : null);
            if (parsed.GetValue(json)) Console.WriteLine(Json(order, history, difference).ToJsonString());
            else Print(order, history, difference);
            return difference is null ? 0 : 1;
        });
        return command;
    }

    private static void Print(OrderId order, OrderHistory history, string? difference)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected) console.Profile.Width = PlainWidth;
        var table = new Table().AddColumns("n", "block", "log", "event", "transaction");
        foreach (var e in history.Events)
            table.AddRow(Number(e.Sequence), Number(e.Block), Number(e.LogIndex), e.GetType().Name, $"0x{e.Transaction}");
        console.Write(table);
        Console.WriteLine($"order {order} as of block {history.AsOf.Number}: {history.View?.Status.ToString() ?? "no event"}; {history.Events.Length} events, none missing");
        Console.WriteLine(difference is null ? "The contract's own state agrees." : $"The contract's own state differs: {difference.Replace("in the silo", "by its events", StringComparison.Ordinal)}.");
    }

    private static JsonObject Json(OrderId order, OrderHistory history, string? difference) => new()
    {
        ["order"] = order.ToString(),
        ["block"] = history.AsOf.Number,
        ["blockHash"] = $"0x{history.AsOf.Hash}",
        ["events"] = new JsonArray([.. history.Events.Select(e => new JsonObject
        {
            ["n"] = e.Sequence, ["block"] = e.Block, ["log"] = e.LogIndex, ["event"] = e.GetType().Name, ["transaction"] = $"0x{e.Transaction}",
        })]),
        ["view"] = history.View is { } view ? OrderViewJson.Of(view) : null,
        ["agrees"] = difference is null,
        ["difference"] = difference,
    };

    private static string Number(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}
