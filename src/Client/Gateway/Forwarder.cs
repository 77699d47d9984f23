using Microsoft.AspNetCore.Http;

namespace SwarmCompute.Client.Gateway;

/// <summary>Brings a request to a replica, and its answer to the client, at the next replica where one is busy or lost.</summary>
internal sealed class Forwarder(Replicas replicas, GatewayOptions options, Action<string> log, TimeProvider time)
{
    private const int FaultsMax = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Answers a request.</summary>
    /// <exception cref="GatewayException">No replica gives the answer, or the rest of it.</exception>
    public async Task Answer(HttpContext context, GatewayRequest request, CancellationToken cancel)
    {
        var answer = new StreamedAnswer(request);
        var call = new HeadCall(context, request, answer, options);
        var troubles = new Troubles(time);
        while (true)
        {
            using var use = await Pick(context, request, troubles, cancel);
            var tokens = answer.Tokens.Count;
            var attempt = await call.Ask(use, cancel);
            if (answer.Tokens.Count > tokens) troubles.Forget();
            switch (attempt)
            {
                case Attempt.Told:
                    use.Answered();
                    return;
                case Attempt.Busy busy:
                    use.Refused(busy.RetryAfter, isBusy: true);
                    troubles.Add($"order {use.Replica.Order} is busy", isFault: false);
                    break;
                case Attempt.Refused refused when refused.IsFinal || troubles.Faults + 1 >= FaultsMax:
                    use.Answered();
                    await ClientReply.Object(context, refused.Status, refused.Body, use.Replica.Order, cancel);
                    return;
                case Attempt.Refused refused:
                    Lose(use, $"it answers {refused.Status}", isFault: true, troubles);
                    break;
                case Attempt.Broken broken:
                    Lose(use, broken.Reason, broken.HasBegun, troubles);
                    break;
            }
            var cannotGoOn = context.Response.HasStarted && !(request.IsStreamed && request.Choices == 1);
            if (cannotGoOn || troubles.Faults >= FaultsMax) throw GatewayException.BrokeOff(troubles.Latest);
        }
    }

    private void Lose(ReplicaUse use, string reason, bool isFault, Troubles troubles)
    {
        log($"order {use.Replica.Order}: a request failed at {use.Head.Endpoint} ({reason})");
        use.Refused(null, isBusy: false);
        troubles.Add($"order {use.Replica.Order}: {reason}", isFault);
    }

    private async Task<ReplicaUse> Pick(HttpContext context, GatewayRequest request, Troubles troubles, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var waited = troubles.Lasting ?? time.GetElapsedTime(began);
            if (waited > options.RecoveryTimeout) throw GatewayException.NoHead(options.RecoveryTimeout, troubles.Latest);
            switch (replicas.Pick(request.Blocks))
            {
                case RoutePick.At at:
                    return at.Use;
                case RoutePick.Busy busy when !context.Response.HasStarted:
                    throw GatewayException.Busy(busy.RetryAfter);
                case RoutePick.Over:
                    throw GatewayException.NoHead(waited, "every order is over");
            }
            await Task.Delay(Pause, time, cancel);
        }
    }

    /// <summary>What went wrong since the answer last went on.</summary>
    private sealed class Troubles(TimeProvider time)
    {
        private long? _since;

        /// <summary>Heads that took the request and failed with it.</summary>
        public int Faults { get; private set; }

        public string Latest { get; private set; } = "no order has a head that is ready";

        /// <summary>How long it lasts; null where nothing went wrong.</summary>
        public TimeSpan? Lasting => _since is { } since ? time.GetElapsedTime(since) : null;

        public void Add(string what, bool isFault)
        {
            _since ??= time.GetTimestamp();
            Latest = what;
            if (isFault) Faults++;
        }

        public void Forget() => (_since, Faults) = (null, 0);
    }
}
