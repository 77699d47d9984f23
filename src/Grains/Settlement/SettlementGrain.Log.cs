using Microsoft.Extensions.Logging;

namespace SwarmCompute.Grains.Settlement;

internal sealed partial class SettlementGrain
{
    [LoggerMessage(7001, LogLevel.Information, "Order {Order}: {Intent} is to be on the chain.")]
    private static partial void LogEnqueued(ILogger log, OrderId order, string intent);

    [LoggerMessage(7002, LogLevel.Information, "Order {Order}: {Intent} is final.")]
    private static partial void LogDone(ILogger log, OrderId order, string intent);

    [LoggerMessage(7003, LogLevel.Warning, "Order {Order}: {Intent} failed ({Failures} in a row) and is tried again. {Error}")]
    private static partial void LogFailed(ILogger log, OrderId order, string intent, int failures, string error);
}
