using Microsoft.Extensions.Logging;

namespace SwarmCompute.Grains.Orders;

internal sealed partial class OrderGrain
{
    [LoggerMessage(6001, LogLevel.Information, "Order {Order}: {Before} -> {After}. {Why}")]
    private static partial void LogPhase(ILogger log, OrderId order, OrderPhase before, OrderPhase after, string? why);

    [LoggerMessage(6002, LogLevel.Error, "Order {Order} cannot go from {Before} to {After}; it still shows {Before}.")]
    private static partial void LogIllegal(ILogger log, OrderId order, OrderPhase before, OrderPhase after);

    [LoggerMessage(6003, LogLevel.Information, "Order {Order}: pipeline map {Generation}: {Stages}.")]
    private static partial void LogMap(ILogger log, OrderId order, long generation, string stages);

    [LoggerMessage(6005, LogLevel.Error, "Order {Order} is stopped until its events were read again: {Reason}")]
    private static partial void LogStopped(ILogger log, OrderId order, string reason);

    [LoggerMessage(6004, LogLevel.Information, "Order {Order}: report {Hash}, {Units} units.")]
    private static partial void LogReport(ILogger log, OrderId order, Hash32 hash, long units);
}
