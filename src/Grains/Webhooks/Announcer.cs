using Microsoft.Extensions.Logging;
using SwarmCompute.Chain;

namespace SwarmCompute.Grains.Webhooks;

/// <summary>Takes one order's announcements a step further. Remembers nothing: its caller makes durable what it gives back, and asks again.</summary>
internal sealed partial class Announcer(IGrainFactory grains, OrderId order, ChainOptions chain, TimeProvider time, ILogger log)
{
    /// <summary>Has the announcement that is due delivered, without waiting for its receiver, or gives it up.</summary>
    /// <returns>What is to be remembered; the same object where nothing changed.</returns>
    public async Task<WebhookState> Announce(WebhookState state, OrderView view, CancellationToken cancel)
    {
        if (WebhookRules.Next(state) is not { } next) return state;
        var id = WebhookBody.IdOf(order, next.Phase);
        if (WebhookRules.IsTooLate(next, time.GetUtcNow()))
        {
            LogGivenUp(log, order, id, WebhookRules.GiveUpAfter.TotalMinutes);
            return WebhookRules.End(state, next.Phase, WebhookOutcome.GivenUp);
        }
        var call = new WebhookCall { Url = state.Url!, Id = id, Body = WebhookBody.Of(order, view.ManifestHash, next, chain) };
        if (await grains.Webhook(order).Deliver(call, cancel) is not WebhookDecision.Delivered) return state;
        LogDelivered(log, order, id);
        return WebhookRules.End(state, next.Phase, WebhookOutcome.Delivered);
    }

    [LoggerMessage(8002, LogLevel.Information, "Order {Order}: {Announcement} is delivered.")]
    private static partial void LogDelivered(ILogger log, OrderId order, string announcement);

    [LoggerMessage(8003, LogLevel.Warning, "Order {Order}: {Announcement} is given up: nobody took it within {Minutes} min.")]
    private static partial void LogGivenUp(ILogger log, OrderId order, string announcement, double minutes);
}
