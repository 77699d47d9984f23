using System.Collections.Immutable;

namespace SwarmCompute.Chain.Tests.Support;

/// <summary>Reads the final events to the end.</summary>
public static class Feed
{
    public static async Task<ImmutableArray<OrderEvent>> ReadAll(ChainClient client, CancellationToken cancel)
    {
        var log = new OrderLog(client);
        var events = ImmutableArray.CreateBuilder<OrderEvent>();
        var cursor = log.Start;
        while (true)
        {
            var (read, next) = await log.ReadFinalized(cursor, cancel);
            if (next == cursor) return events.ToImmutable();
            events.AddRange(read);
            cursor = next;
        }
    }
}
