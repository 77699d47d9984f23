using System.Collections.Immutable;
using SwarmCompute.Chain.Sync;

namespace SwarmCompute.Chain.Tests.Support;

/// <summary>Reads the final events to the end.</summary>
public static class Feed
{
    public static async Task<ImmutableArray<OrderEvent>> ReadAll(ChainClient client, CancellationToken cancel)
    {
        var sync = new ChainSync(client, new SyncOptions());
        var events = ImmutableArray.CreateBuilder<OrderEvent>();
        for (var state = sync.Start; ;)
        {
            var step = await sync.Step(state, cancel);
            events.AddRange(step.Final);
            if (step.Next == state || (step.Final.IsEmpty && !step.IsBehind)) return events.ToImmutable();
            state = step.Next;
        }
    }
}
