namespace SwarmCompute.Attestation;

/// <summary>
/// The fetches that are under way: one for each item however many wait for it, a bounded number at a time, and none from a vendor that is down
/// or that asked to be left alone.
/// </summary>
/// <param name="vendor">Who is asked; null: nobody.</param>
/// <param name="options">The bounds.</param>
/// <param name="time">The clock.</param>
/// <param name="admit">Checks and keeps what came.</param>
internal sealed class CollateralFetches(
    ICollateralVendor? vendor, CollateralOptions options, TimeProvider time, Func<CollateralItem, CollateralLookup> admit) : IAsyncDisposable
{
    private const int AtOnce = 8, WaitingMax = 512, PausesMax = 1024;
    private static readonly TimeSpan RefusalTime = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, Task<CollateralLookup>> _flights = new(StringComparer.Ordinal);
    private readonly LeastRecent<string, (DateTimeOffset Until, CollateralProblem Problem)> _pauses = new(PausesMax);
    private readonly SemaphoreSlim _slots = new(AtOnce);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();

    /// <summary>Whether there is anybody to ask.</summary>
    public bool IsOnline => vendor is not null;

    /// <summary>The fetch of an item that is under way, or a new one. It never fails: what went wrong is its problem.</summary>
    public Task<CollateralLookup> Share(CollateralRequest request)
    {
        var key = request.Key.Text;
        lock (_gate)
        {
            if (_flights.TryGetValue(key, out var flying)) return flying;
            if (_flights.Count >= WaitingMax) return Task.FromResult(Failed(request, "too many fetches are under way"));
            var flight = Fly(request);
            if (!flight.IsCompleted) _flights[key] = flight;
            return flight;
        }
    }

    /// <summary>Ends what is under way and waits for it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Task[] flights;
        lock (_gate) flights = [.. _flights.Values];
        await Task.WhenAll(flights);
    }

    private async Task<CollateralLookup> Fly(CollateralRequest request)
    {
        try
        {
            if (vendor is null) return Failed(request, "it is not at hand, and there is no network to ask");
            if (Paused(request) is { } problem) return new(null, problem);
            await _slots.WaitAsync(_stop.Token);
            try
            {
                return Paused(request) is { } since ? new(null, since) : Take(request, await vendor.Fetch(request, _stop.Token));
            }
            finally
            {
                _slots.Release();
            }
        }
        catch (OperationCanceledException)
        {
            return Failed(request, "the service ends");
        }
        finally
        {
            lock (_gate) _flights.Remove(request.Key.Text);
        }
    }

    private CollateralLookup Take(CollateralRequest request, CollateralAnswer answer)
    {
        switch (answer)
        {
            case CollateralAnswer.Found found:
                var got = admit(new(request.Key, found.Body, found.IssuerChain ?? request.IssuerChain, Seconds(time.GetUtcNow())));
                if (got.Problem is { } wrong) Pause(request.Key.Text, options.RetryAfter, wrong);
                return got;
            case CollateralAnswer.Refused refused:
                var refusal = new CollateralProblem(request.Key.Text, refused.Why, IsTransient: false);
                Pause(request.Key.Text, RefusalTime, refusal);
                return new(null, refusal);
            case CollateralAnswer.Down down:
                var outage = new CollateralProblem(request.Key.Text, down.Why, IsTransient: true);
                var wait = down.RetryAfter is not { } asked ? options.RetryAfter : asked < options.RetryAfterMax ? asked : options.RetryAfterMax;
                Pause(down.IsWhole ? ServiceOf(request.Key) : request.Key.Text, wait, outage);
                return new(null, outage);
            default:
                return Failed(request, "the vendor's port gave no answer");
        }
    }

    private void Pause(string name, TimeSpan wait, CollateralProblem problem) => _pauses.Keep(name, (time.GetUtcNow() + wait, problem));

    private CollateralProblem? Paused(CollateralRequest request)
    {
        foreach (var name in (string[])[request.Key.Text, ServiceOf(request.Key)])
        {
            if (!_pauses.TryGet(name, out var pause)) continue;
            if (time.GetUtcNow() < pause.Until) return pause.Problem with { Subject = request.Key.Text, Why = $"{pause.Problem.Why}; not asked again before {pause.Until:u}" };
            _pauses.Forget(name);
        }
        return null;
    }

    /// <summary>The service that has a kind of items.</summary>
    private static string ServiceOf(CollateralKey key) => key.Kind switch
    {
        CollateralKind.IntelTcb or CollateralKind.IntelQeIdentity or CollateralKind.IntelPckCrl => "service of Intel",
        CollateralKind.IntelRootCrl => "service of Intel's root",
        CollateralKind.NvidiaRim => "service of manifests",
        CollateralKind.NvidiaOcsp => "responder",
        _ => "service of AMD",
    };

    private static CollateralLookup Failed(CollateralRequest request, string why) => new(null, new(request.Key.Text, why, IsTransient: true));

    // As items are written: whole seconds.
    private static DateTimeOffset Seconds(DateTimeOffset at) => new(at.Ticks - at.Ticks % TimeSpan.TicksPerSecond, at.Offset);
}
