using SwarmCompute.Grains.Webhooks;

namespace SwarmCompute.Grains.Tests.Cluster;

/// <summary>A customer's receiver behind the sender's port: takes what comes, unless it is told to fail or to say nothing.</summary>
internal sealed class PlayedReceiver : IWebhookSender
{
    private readonly Lock _gate = new();
    private readonly List<WebhookCall> _came = [];
    private readonly List<WebhookCall> _taken = [];
    private int _inFlight;

    /// <summary>So many attempts fail.</summary>
    public int Failures { get; set; }

    /// <summary>After those, so many attempts get no answer at all.</summary>
    public int Hangs { get; set; }

    /// <summary>The most attempts that were ever in flight at once.</summary>
    public int InFlightMost { get; private set; }

    /// <summary>Every attempt.</summary>
    public ImmutableArray<WebhookCall> Came { get { lock (_gate) return [.. _came]; } }

    /// <summary>Those that were answered 2xx.</summary>
    public ImmutableArray<WebhookCall> Taken { get { lock (_gate) return [.. _taken]; } }

    public async Task<WebhookResult> Send(WebhookCall call, CancellationToken cancel)
    {
        var answer = Arrive(call);
        try
        {
            return answer ?? await Nothing(cancel);
        }
        finally
        {
            lock (_gate) _inFlight--;
        }
    }

    private WebhookResult? Arrive(WebhookCall call)
    {
        lock (_gate)
        {
            InFlightMost = Math.Max(InFlightMost, ++_inFlight);
            _came.Add(call);
            if (Failures > 0)
            {
                Failures--;
                return new WebhookResult.Failed("it answered 500");
            }
            if (Hangs > 0)
            {
                Hangs--;
                return null;
            }
            _taken.Add(call);
            return new WebhookResult.Delivered();
        }
    }

    private static async Task<WebhookResult> Nothing(CancellationToken cancel)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancel);
        return new WebhookResult.Failed("never");
    }
}
