using Microsoft.Extensions.Logging;

namespace SwarmCompute.Grains.Webhooks;

internal sealed partial class WebhookGrain
{
    [LoggerMessage(8001, LogLevel.Warning, "Order {Order}: {Announcement} did not get through ({Failures} in a row) and is tried again. {Error}")]
    private static partial void LogFailed(ILogger log, OrderId order, string announcement, int failures, string error);
}
