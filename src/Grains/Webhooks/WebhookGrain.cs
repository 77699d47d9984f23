using Microsoft.Extensions.Logging;

namespace SwarmCompute.Grains.Webhooks;

/// <summary>One order's deliveries. It lives while it is asked; where it ends in between, the next one begins again.</summary>
internal sealed partial class WebhookGrain(IWebhookSender sender, TimeProvider time, ILogger<WebhookGrain> log) : Grain, IWebhookGrain
{
    private readonly WebhookAttempts _attempts = new(sender, time);

    private OrderId Id => OrderId.Parse(this.GetPrimaryKeyString());

    public async Task<WebhookDecision> Deliver(WebhookCall call, CancellationToken cancel)
    {
        var before = _attempts.Failures;
        var decision = await _attempts.Look(call);
        if (decision is WebhookDecision.Trying { Error: { } error } trying && trying.Failures > before) LogFailed(log, Id, call.Id, trying.Failures, error);
        return decision;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        await _attempts.Stop().WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
}
