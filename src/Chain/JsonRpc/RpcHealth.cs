namespace SwarmCompute.Chain.JsonRpc;

/// <summary>
/// What was seen of one endpoint: how fast it answers, and until when it is left alone. A failure opens the circuit for 250 ms, each further
/// one for twice as long, up to 30 s; after that one request may try, and its success closes the circuit.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class RpcHealth(TimeProvider time)
{
    private const double NewestWeight = 0.2;
    private const int MethodsMax = 64;
    private static readonly TimeSpan FirstRest = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LatencyLifetime = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (DateTimeOffset Until, int Times)> _methods = [];
    private int _failures;
    private int _limits;
    private DateTimeOffset _restsUntil;
    private DateTimeOffset _limitedUntil;
    private DateTimeOffset _asked;
    private bool _probing;
    private TimeSpan _latency;

    /// <summary>Whether the endpoint failed last, and is not to be asked before its rest is over and a probe has come back.</summary>
    public bool IsResting
    {
        get { lock (_lock) return _failures > 0 && (_probing || _restsUntil > time.GetUtcNow()); }
    }

    /// <summary>Whether it failed last: the next request is a probe.</summary>
    public bool HasFailed
    {
        get { lock (_lock) return _failures > 0; }
    }

    /// <summary>When the rest is over.</summary>
    public DateTimeOffset RestsUntil
    {
        get { lock (_lock) return _restsUntil; }
    }

    /// <summary>
    /// How long an answer takes, as a moving average that weighs the newest by a fifth; zero where nothing was measured for 30 s, so that an
    /// endpoint that was slow once gets another chance.
    /// </summary>
    public TimeSpan Latency
    {
        get { lock (_lock) return time.GetUtcNow() - _asked > LatencyLifetime ? TimeSpan.Zero : _latency; }
    }

    /// <summary>How long the endpoint asked not to be asked for this method, or for any.</summary>
    public TimeSpan LimitedFor(string method)
    {
        lock (_lock)
        {
            var until = _methods.TryGetValue(method, out var limit) && limit.Until > _limitedUntil ? limit.Until : _limitedUntil;
            return until - time.GetUtcNow() is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>A request begins.</summary>
    public void Asked()
    {
        lock (_lock)
        {
            _asked = time.GetUtcNow();
            _probing = _failures > 0;
        }
    }

    /// <summary>An answer came, be it a refusal.</summary>
    public void Answered(string method, TimeSpan took)
    {
        lock (_lock)
        {
            (_failures, _limits, _probing) = (0, 0, false);
            _methods.Remove(method);
            _latency = _latency == TimeSpan.Zero ? took : took * NewestWeight + _latency * (1 - NewestWeight);
        }
    }

    /// <summary>No answer came.</summary>
    public void Failed()
    {
        lock (_lock)
        {
            _probing = false;
            _restsUntil = time.GetUtcNow() + Doubled(FirstRest, _failures++, LongestRest);
        }
    }

    /// <summary>The request was given up by who asked: that says nothing of the endpoint.</summary>
    public void GivenUp()
    {
        lock (_lock) _probing = false;
    }

    /// <summary>The endpoint wants no requests for a time.</summary>
    /// <param name="method">The only method that this is about; null for all.</param>
    /// <param name="wait">For how long; null where it did not say.</param>
    public void Limited(string? method, TimeSpan? wait)
    {
        lock (_lock)
        {
            _probing = false;
            var now = time.GetUtcNow();
            if (method is null)
            {
                _limitedUntil = now + Bounded(wait ?? Doubled(FirstLimit, _limits++, LongestLimit));
                return;
            }
            var times = _methods.TryGetValue(method, out var before) ? before.Times : 0;
            if (_methods.Count < MethodsMax || times > 0) _methods[method] = (now + Bounded(wait ?? Doubled(FirstLimit, times, LongestLimit)), times + 1);
        }
    }

    private static TimeSpan Bounded(TimeSpan wait) => wait < LongestLimit ? wait : LongestLimit;

    private static TimeSpan Doubled(TimeSpan first, int times, TimeSpan longest) => first * (1L << Math.Min(times, 20)) is var rest && rest < longest ? rest : longest;
}
