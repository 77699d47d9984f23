using SwarmCompute.Chain;
using SwarmCompute.Chain.Development;
using SwarmCompute.Chain.Sync;

namespace SwarmCompute.Client.ChainFuzz;

/// <summary>What happens to the chain in a step: orders live, blocks come, are replaced, and go.</summary>
internal sealed class FuzzActs(FuzzChain chain, FuzzParties parties, FuzzOptions options, FuzzResult result, Random random)
{
    private const int LiveOrdersMax = 6;
    private const int DepthMax = 6;

    /// <summary>What any endpoint may do, both of them at once too.</summary>
    private static readonly RpcFault[] Failures =
    [
        RpcFault.TooManyRequests, RpcFault.LimitExceeded, RpcFault.NotJson, RpcFault.WrongId, RpcFault.RemovedLogs, RpcFault.DuplicatedLogs, RpcFault.ReorderedLogs,
        RpcFault.BackwardFinalized, RpcFault.DroppedConnection, RpcFault.SlowRead,
    ];

    /// <summary>What only one of two endpoints may do: where both tell the same lie, it is the truth for whoever asks them.</summary>
    private static readonly RpcFault[] Lies = [RpcFault.TruncatedLogs, RpcFault.EmptyLogs, RpcFault.WrongBloom];

    /// <summary>Does one thing, or a few.</summary>
    /// <param name="live">The orders that are not over as of the newest block.</param>
    /// <param name="cancel">Stops it.</param>
    public async Task Next(IReadOnlyList<(OrderId Id, OrderView View)> live, CancellationToken cancel)
    {
        if (options.Faults && random.Next(6) == 0) Break();
        switch (random.Next(20))
        {
            case < 9:
                await Block(live, cancel);
                break;
            case < 11:
                for (var blocks = random.Next(1, 4); blocks > 0; blocks--) await Block(live, cancel);
                break;
            case < 15:
                await Reorg(live, cancel);
                break;
            case < 17:
                await Rewind(live, cancel);
                break;
            case < 18:
                await Revert(live, cancel);
                break;
            case < 19:
                await chain.Control.AdvanceTime(TimeSpan.FromSeconds(random.Next(10, 400)), cancel);
                await Block(live, cancel);
                break;
            default:
                await chain.Control.Mine(cancel);
                break;
        }
    }

    private async Task Block(IReadOnlyList<(OrderId Id, OrderView View)> live, CancellationToken cancel)
    {
        var now = await chain.Control.Now(cancel);
        for (var calls = random.Next(4); calls > 0; calls--) await chain.Control.Send(Call(live, now), cancel);
        await chain.Control.Mine(cancel);
        await chain.Head(cancel);
    }

    /// <summary>Other blocks in place of the newest ones. What was in those is forgotten.</summary>
    private async Task Reorg(IReadOnlyList<(OrderId Id, OrderView View)> live, CancellationToken cancel)
    {
        if (await Depth(cancel) is not (> 0 and var depth)) return;
        var now = await chain.Control.Now(cancel);
        var calls = Enumerable.Range(0, random.Next(4)).Select(_ => (Call(live, now), random.Next(depth))).ToList();
        calls.Add((parties.Noise(), 0));                     // without it, empty blocks would be replaced by the very same
        await chain.Control.Reorg(depth, calls.OrderBy(c => c.Item2), cancel);
        result.Reorgs++;
    }

    /// <summary>The newest blocks go, and perhaps fewer, as many, or more come in their place.</summary>
    private async Task Rewind(IReadOnlyList<(OrderId Id, OrderView View)> live, CancellationToken cancel)
    {
        if (await Depth(cancel) is not (> 0 and var depth)) return;
        await chain.Control.Rollback(depth, cancel);
        await chain.Control.DropWaiting(cancel);
        result.Reorgs++;
        for (var blocks = random.Next(depth + 2); blocks > 0; blocks--)
        {
            await chain.Control.Send(parties.Noise(), cancel);
            await Block(live, cancel);
        }
    }

    /// <summary>Blocks come and are as if they had never been, perhaps before anyone has looked.</summary>
    private async Task Revert(IReadOnlyList<(OrderId Id, OrderView View)> live, CancellationToken cancel)
    {
        if (await Depth(cancel) < 3) return;
        var before = await chain.Control.Snapshot(cancel);
        await Block(live, cancel);
        if (random.Next(2) == 0) await Task.Delay(random.Next(20, 120), cancel);
        await chain.Control.Revert(before, cancel);
        await chain.Control.DropWaiting(cancel);
        result.Reorgs++;
    }

    private async Task<int> Depth(CancellationToken cancel)
    {
        var most = Math.Min(DepthMax, await chain.DepthMax(cancel));
        if (most > 0) return random.Next(1, most + 1);
        await chain.Control.Mine(cancel);                    // all that is left may be final
        await chain.Head(cancel);
        return 0;
    }

    private AnvilCall Call(IReadOnlyList<(OrderId Id, OrderView View)> live, DateTimeOffset now)
    {
        if (live.Count == 0 || (live.Count < LiveOrdersMax && random.Next(3) == 0)) return parties.Place(now);
        var (id, view) = live[random.Next(live.Count)];
        return random.Next(16) switch
        {
            0 => parties.Noise(),
            1 => parties.Close(id),
            2 => parties.Expire(id),
            3 => parties.Report(id, view),
            4 or 5 when view.Status is OrderStatus.Running or OrderStatus.Closing => view.ReportHash is null ? parties.Report(id, view) : parties.Settle(id),
            6 when view.ReportHash is not null => parties.Settle(id),
            7 or 8 => parties.Checkpoint(id, view),
            9 => parties.AddDeposit(id),
            10 => parties.PlaceSubOrder(id, now),
            _ => parties.Assign(id, view),
        };
    }

    /// <summary>An endpoint lies or fails for its next few answers.</summary>
    private void Break()
    {
        if (random.Next(2) == 0) chain.Endpoints[^1].Inject(Lies[random.Next(Lies.Length)], random.Next(1, 4));
        else chain.Endpoints[random.Next(chain.Endpoints.Length)].Inject(Failures[random.Next(Failures.Length)], random.Next(1, 4));
    }
}
