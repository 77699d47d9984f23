using System.Globalization;
using SwarmCompute.Grains.Leases;

namespace SwarmCompute.Grains.Webhooks;

/// <summary>Attempts at one delivery at a time: one in flight, the next one later the more have failed. Not for several callers at once.</summary>
internal sealed class WebhookAttempts(IWebhookSender sender, TimeProvider time)
{
    /// <summary>However long a sender takes, an attempt is given up then.</summary>
    public static readonly TimeSpan AttemptMax = TimeSpan.FromSeconds(15);

    private WebhookCall? _call;
    private InFlight? _inFlight;
    private bool _isDelivered;
    private string? _error;
    private DateTimeOffset _nextAt;

    /// <summary>Failed attempts in a row.</summary>
    public int Failures { get; private set; }

    /// <summary>Takes what has ended, starts what is due, and says how it stands. Never waits for the receiver.</summary>
    public async Task<WebhookDecision> Look(WebhookCall call)
    {
        if (_call is null || (_call.Id, _call.Url) != (call.Id, call.Url)) await Begin(call);
        await Take();
        if (!_isDelivered && _inFlight is null && time.GetUtcNow() >= _nextAt)
        {
            Start(_call!);
            await Take();
        }
        return _isDelivered ? new WebhookDecision.Delivered() : new WebhookDecision.Trying(Failures, _error);
    }

    /// <summary>Gives up what is in flight, and waits for its end.</summary>
    public async Task Stop()
    {
        if (_inFlight is not { } inFlight) return;
        await inFlight.Stop.CancelAsync();
        await inFlight.Result;
    }

    private async Task Begin(WebhookCall call)
    {
        if (_inFlight is { } other) await other.Stop.CancelAsync();          // its end is still waited for: never two at once
        _call = call;
        (_isDelivered, Failures, _error, _nextAt) = (false, 0, null, DateTimeOffset.MinValue);
    }

    private void Start(WebhookCall call)
    {
        var stop = new CancellationTokenSource(AttemptMax, time);
        _inFlight = new InFlight(call, Attempt(call, stop.Token), stop);
    }

    private async Task<WebhookResult> Attempt(WebhookCall call, CancellationToken stop)
    {
        try
        {
            return await sender.Send(call, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return new WebhookResult.Failed(string.Create(CultureInfo.InvariantCulture, $"no answer within {AttemptMax.TotalSeconds:F0} s"));
        }
        catch (Exception fault)
        {
            return new WebhookResult.Failed($"{fault.GetType().Name}: {fault.Message}");      // the boundary of the background work: shown, tried again
        }
    }

    private async Task Take()
    {
        if (_inFlight is not { Result.IsCompleted: true } inFlight) return;
        _inFlight = null;
        inFlight.Stop.Dispose();
        if (!ReferenceEquals(inFlight.Call, _call)) return;
        switch (await inFlight.Result)
        {
            case WebhookResult.Delivered:
                _isDelivered = true;
                break;
            case WebhookResult.Failed failed:
                _error = LeaseRules.OneLine(failed.Reason);
                _nextAt = time.GetUtcNow() + WebhookRules.Backoff(++Failures);
                break;
        }
    }

    private sealed record InFlight(WebhookCall Call, Task<WebhookResult> Result, CancellationTokenSource Stop);
}
