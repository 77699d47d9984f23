using Microsoft.Extensions.Logging;
using SwarmCompute.Chain.Sync;

namespace SwarmCompute.Grains.ChainFeed;

internal sealed partial class ChainFeedGrain
{
    [LoggerMessage(1001, LogLevel.Information, "Order {Order}: {Count} finalized events observed.")]
    private static partial void LogTold(ILogger log, OrderId order, int count);

    [LoggerMessage(1002, LogLevel.Error, "Order {Order} refuses its events: {Reason}")]
    private static partial void LogRefusedEvents(ILogger log, OrderId order, string reason);

    [LoggerMessage(1003, LogLevel.Warning, "The chain cannot be read; nothing is torn down for it. {Error}")]
    private static partial void LogChainUnreadable(ILogger log, string error);

    [LoggerMessage(1004, LogLevel.Warning, "Order {Order} could not be reconciled; it is tried again. {Error}")]
    private static partial void LogPokeFailed(ILogger log, OrderId order, string error);

    [LoggerMessage(1006, LogLevel.Information, "{Count} events are undone: the chain has another branch up to block {Head}.")]
    private static partial void LogUndone(ILogger log, int count, ulong head);

    [LoggerMessage(1007, LogLevel.Warning, "Chain alarm {Kind}: {Text}")]
    private static partial void LogAlarm(ILogger log, SyncAlarmKind kind, string text);

    [LoggerMessage(1008, LogLevel.Information, "Order {Order}: its events were read again and are complete.")]
    private static partial void LogRepaired(ILogger log, OrderId order);

    [LoggerMessage(1005, LogLevel.Warning, "A round of following the chain failed; the next one repeats it.")]
    private static partial void LogRoundFailed(ILogger log, Exception fault);
}
