namespace SwarmCompute.Client.Gateway;

/// <summary>Asks the swarm, again and again, where the heads of the replicas are.</summary>
internal sealed class ReplicaWatch(SwarmClient client, Replicas replicas, GatewayOptions options, Action<string> log, TimeProvider time)
{
    /// <summary>Follows the orders until they are all over, or it is cancelled.</summary>
    public Task Follow(CancellationToken cancel) => Task.WhenAll(replicas.All.Select(r => Follow(r, cancel)));

    private async Task Follow(Replica replica, CancellationToken cancel)
    {
        var isOut = false;
        while (!replica.IsOver)
        {
            try
            {
                replicas.Update(replica, await client.GetOrder(replica.Order, cancel));
                if (isOut) log($"order {replica.Order}: the swarm answers again");
                isOut = false;
            }
            catch (SwarmException outage)
            {
                if (!isOut) log($"order {replica.Order}: where its head is cannot be asked ({outage.Message}); the last one known is used");
                isOut = true;
            }
            await Task.Delay(options.WatchPeriod, time, cancel);
        }
    }
}
