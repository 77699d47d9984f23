using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace SwarmCompute.Chain.JsonRpc;

/// <summary>
/// Several endpoints of one chain. A request goes to the healthy one that answers fastest; where that one fails, to the next. What must not
/// be done twice goes to one only. An endpoint that failed is asked for its chain's id before anything else.
/// </summary>
internal sealed class RpcPool : IDisposable
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TimerSlack = TimeSpan.FromMilliseconds(50);
    private static readonly RpcRequest ChainIdRequest = RpcRequest.Of("eth_chainId", []);

    private readonly ImmutableArray<RpcEndpoint> _endpoints;
    private readonly RpcLimits _limits;
    private readonly TimeProvider _time;
    private readonly bool[] _checked;
    private ulong? _chainId;

    /// <summary>Connects when the first request is made.</summary>
    public RpcPool(ImmutableArray<Uri> endpoints, RpcLimits limits, TimeProvider time)
    {
        (_limits, _time) = (limits, time);
        _endpoints = [.. endpoints.Select(e => new RpcEndpoint(e, limits, time))];
        _checked = new bool[_endpoints.Length];
    }

    /// <summary>The endpoints.</summary>
    public ImmutableArray<RpcEndpoint> Endpoints => _endpoints;

    /// <summary>
    /// Asks every endpoint for its chain, and from now on each one again after it failed. One that does not answer is left for later, as
    /// long as another one does.
    /// </summary>
    /// <exception cref="ChainException">An endpoint serves another chain, or none answers.</exception>
    public async Task RequireChain(ulong chainId, CancellationToken cancel)
    {
        _chainId = chainId;
        var failures = await Task.WhenAll(_endpoints.Select((_, i) => FailureOf(i, cancel))).ConfigureAwait(false);
        if (failures.FirstOrDefault(f => f?.Kind == ChainErrorKind.WrongChain) is { } wrong) throw wrong;
        if (failures.All(f => f is not null)) throw failures[0]!;
    }

    /// <summary>Puts a request to the best endpoint, and to the others where that one cannot serve it.</summary>
    /// <exception cref="ChainException">None can, or the first that could refused.</exception>
    public async Task<RpcBody> Call(RpcRequest request, CancellationToken cancel)
    {
        var mayHaveArrived = false;
        for (var round = 1; ; round++)
        {
            var tried = new bool[_endpoints.Length];
            ChainException? failure = null;
            while (Choose(request, tried) is { } index)
            {
                tried[index] = true;
                try
                {
                    return await CallAt(index, request, cancel).ConfigureAwait(false);
                }
                catch (ChainException e) when (request.IsRepeatable && IsOfTheEndpoint(e.Kind))
                {
                    mayHaveArrived |= e.Kind is ChainErrorKind.Timeout or ChainErrorKind.Unreachable;
                    failure = MoreTelling(failure, e);
                }
                catch (ChainException e)
                {
                    e.MayHaveArrived |= mayHaveArrived;
                    throw;
                }
            }
            await WaitForLimits(request, round, failure, mayHaveArrived, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Puts a request to one endpoint only.</summary>
    /// <exception cref="ChainException">It cannot serve it, or refused.</exception>
    public async Task<RpcBody> CallAt(int index, RpcRequest request, CancellationToken cancel)
    {
        if (_chainId is { } chainId && (!_checked[index] || _endpoints[index].Health.HasFailed)) await Check(index, chainId, cancel).ConfigureAwait(false);
        return await _endpoints[index].Call(request, cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var endpoint in _endpoints) endpoint.Dispose();
    }

    /// <summary>
    /// The healthy endpoint with a free rate and the lowest latency; where there is none, one whose rate makes the request wait, then the
    /// one whose rest is over soonest. Never one that asked to be left alone.
    /// </summary>
    private int? Choose(RpcRequest request, bool[] tried)
    {
        int? best = null;
        var bestRank = (Class: int.MaxValue, Order: 0L);
        for (var i = 0; i < _endpoints.Length; i++)
        {
            var (endpoint, health) = (_endpoints[i], _endpoints[i].Health);
            if (tried[i] || health.LimitedFor(request.Method) > TimeSpan.Zero) continue;
            var rank = health.IsResting ? (2, health.RestsUntil.UtcTicks) : (endpoint.HasToken ? 0 : 1, health.Latency.Ticks);
            if (rank.CompareTo(bestRank) < 0) (best, bestRank) = (i, rank);
        }
        return best;
    }

    /// <summary>Whether another endpoint may do better.</summary>
    private static bool IsOfTheEndpoint(ChainErrorKind kind) => kind is ChainErrorKind.Unreachable or ChainErrorKind.Timeout or ChainErrorKind.RateLimited
        or ChainErrorKind.WrongChain or ChainErrorKind.Unsupported or ChainErrorKind.UnknownBlock or ChainErrorKind.Pruned or ChainErrorKind.PoolFull;

    /// <summary>What an endpoint said goes before that one could not be asked.</summary>
    private static ChainException MoreTelling(ChainException? first, ChainException second) =>
        first is null || (first.Kind is ChainErrorKind.Unreachable or ChainErrorKind.Timeout or ChainErrorKind.RateLimited && second.Kind is not ChainErrorKind.Unreachable and not ChainErrorKind.Timeout)
            ? second
            : first;

    /// <summary>Where all that stands in the way is a limit that ends soon: waits for its end, once.</summary>
    private async Task WaitForLimits(RpcRequest request, int round, ChainException? failure, bool mayHaveArrived, CancellationToken cancel)
    {
        var wait = _endpoints.Min(e => e.Health.LimitedFor(request.Method));
        failure ??= new ChainException(ChainErrorKind.RateLimited, $"{string.Join(", ", _endpoints.Select(e => e.Name))} asked to wait before the next {request.Method}.") { RetryAfter = wait };
        if (round > 1 || failure.Kind != ChainErrorKind.RateLimited || wait > _limits.Timeout || !request.IsRepeatable)
        {
            failure.MayHaveArrived |= mayHaveArrived;
            throw failure;
        }
        do
        {
            await Task.Delay(wait + TimeSpan.FromMilliseconds(1), _time, cancel).ConfigureAwait(false);
            wait = _endpoints.Min(e => e.Health.LimitedFor(request.Method));
        }
        while (wait > TimeSpan.Zero && wait < TimerSlack);                   // a timer may be a little early
    }

    private async Task<ChainException?> FailureOf(int index, CancellationToken cancel)
    {
        try
        {
            await Check(index, _chainId!.Value, cancel).ConfigureAwait(false);
            return null;
        }
        catch (ChainException e)
        {
            return e;
        }
    }

    private async Task Check(int index, ulong chainId, CancellationToken cancel)
    {
        var endpoint = _endpoints[index];
        var within = endpoint.Health.HasFailed && _limits.Timeout > ProbeTimeout ? ProbeTimeout : _limits.Timeout;
        using var body = await endpoint.Call(ChainIdRequest, within, cancel).ConfigureAwait(false);
        var served = body.ToElement().Quantity();
        _checked[index] = served == chainId;
        if (served == chainId) return;
        endpoint.Health.Failed();
        throw new ChainException(ChainErrorKind.WrongChain, $"{endpoint.Name} serves chain {served}, but chain {chainId} is configured.");
    }
}
