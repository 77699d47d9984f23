using System.Collections.Immutable;
using SwarmCompute.Client.Orders;

namespace SwarmCompute.Client.Gateway;

/// <summary>The replicas of one model: where their heads are, how busy they are, what they have seen. For many threads.</summary>
internal sealed class Replicas(ImmutableArray<Replica> all, Action<string> log, TimeProvider time) : IDisposable
{
    private const int BlocksMax = 32 * 1024;

    private readonly Lock _gate = new();
    private readonly PrefixMemory _memory = new(BlocksMax);

    public ImmutableArray<Replica> All => all;

    /// <summary>Whether every order is over.</summary>
    public bool AreOver
    {
        get
        {
            lock (_gate) return all.All(r => r.IsOver);
        }
    }

    /// <summary>Chooses a replica for a prompt, by <see cref="RouteRules"/>.</summary>
    public RoutePick Pick(ImmutableArray<UInt128> blocks)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var candidates = all.Select(r => new RouteCandidate(IsUsable(r, now), r.InFlight, r.Given, _memory.Seen(blocks, r.Index))).ToArray();
            if (RouteRules.Choose(candidates) is not { } chosen) return NoneOf(now);
            var replica = all[chosen];
            replica.InFlight++;
            replica.Given++;
            _memory.Remember(blocks, chosen);
            return new RoutePick.At(new ReplicaUse(this, replica, replica.Head!, replica.HeadGone.Token));
        }
    }

    /// <summary>What the swarm says now about a replica's order; null where it does not know it, which changes nothing.</summary>
    public void Update(Replica replica, OrderProgress? progress)
    {
        CancellationTokenSource before, after;
        lock (_gate)
        {
            if (progress is null || replica.IsOver) return;
            before = replica.HeadGone;
            if (progress.IsOver) Finish(replica);
            else if (progress.Head is { } head) Follow(replica, head);
            else if (replica.Head is { } known) replica.Head = known with { Ready = false };
            after = replica.HeadGone;
        }
        if (progress.IsOver) log($"order {replica.Order} is {progress.Status} and gets no more requests");
        else if (before != after) log($"order {replica.Order} has a new head, {progress.Head!.Endpoint} (epoch {progress.Head.Epoch})");
        if (progress.IsOver || before != after) before.Cancel();             // what waits there looks for another replica, for which it needs the lock
    }

    /// <summary>The replica's head answered.</summary>
    public void Answered(Replica replica)
    {
        lock (_gate) (replica.Refusals, replica.IsBusy) = (0, false);
    }

    /// <summary>The head did not take a request, or broke off: the replica is left alone for a while.</summary>
    public void Refused(ReplicaUse use, TimeSpan? retryAfter, bool isBusy)
    {
        lock (_gate)
        {
            var replica = use.Replica;
            if (use.HeadGone.IsCancellationRequested) return;                // that was another head
            replica.Refusals++;
            replica.IsBusy = isBusy;
            replica.RestsUntil = time.GetUtcNow() + RouteRules.Rest(replica.Refusals, retryAfter);
        }
    }

    /// <summary>A request is no more at the replica.</summary>
    public void End(Replica replica)
    {
        lock (_gate) replica.InFlight--;
    }

    public void Dispose()
    {
        foreach (var replica in all) replica.Dispose();
    }

    private static bool IsUsable(Replica replica, DateTimeOffset now) => replica is { IsOver: false, Head.Ready: true } && replica.RestsUntil <= now;

    private RoutePick NoneOf(DateTimeOffset now)
    {
        if (all.All(r => r.IsOver)) return new RoutePick.Over();
        var busy = all.Where(r => r is { IsOver: false, IsBusy: true, Head.Ready: true } && r.RestsUntil > now).Select(r => r.RestsUntil - now).ToList();
        return busy.Count > 0 ? new RoutePick.Busy(busy.Min()) : new RoutePick.Nowhere();
    }

    private void Finish(Replica replica)
    {
        (replica.IsOver, replica.Head) = (true, null);
        _memory.Forget(replica.Index);
    }

    /// <summary>Takes what the swarm says of the head. Where it is a new one, nothing is known of it.</summary>
    private void Follow(Replica replica, Head head)
    {
        var known = replica.Head;
        if (known is not null && head.Epoch.Value < known.Epoch.Value) return;           // a silo that lags
        replica.Head = head;
        if (known is null || (known.Epoch == head.Epoch && known.Endpoint == head.Endpoint)) return;
        replica.HeadGone = new CancellationTokenSource();
        (replica.Refusals, replica.IsBusy, replica.RestsUntil) = (0, false, default);
        _memory.Forget(replica.Index);
    }
}
