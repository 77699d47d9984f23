using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using SwarmCompute.Chain.JsonRpc;
using SwarmCompute.Chain.Transactions;

namespace SwarmCompute.Chain.Tests.Support;

/// <summary>The process ended here.</summary>
public sealed class KilledException : Exception;

/// <summary>Counts steps to the world, and ends the process at one of them: before its effect, or after it.</summary>
public sealed class Fuse(int killAt, bool after)
{
    private int _step;

    public bool Blown { get; private set; }

    public async Task<T> Step<T>(Func<Task<T>> effect)
    {
        if (Blown) throw new KilledException();    // a process that ended does nothing more
        var here = ++_step == killAt;
        if (here && !after) Blow();
        var result = await effect();
        if (here) Blow();
        return result;
    }

    private void Blow()
    {
        Blown = true;
        throw new KilledException();
    }
}

/// <summary>A chain and a journal with a fuse in between.</summary>
internal sealed class FusedChain(ChainClient client, Fuse fuse) : IChainRequests
{
    public ChainOptions Options => client.Options;

    public TimeProvider Time => TimeProvider.System;

    public int EndpointCount => client.EndpointCount;

    public Task<JsonElement> Request(string method, JsonArray parameters, CancellationToken cancel) => fuse.Step(() => client.Request(method, parameters, cancel));

    public Task<JsonElement> RequestAt(int endpoint, string method, JsonArray parameters, CancellationToken cancel) =>
        fuse.Step(() => client.RequestAt(endpoint, method, parameters, cancel));
}

/// <summary>A journal that outlives the processes that use it.</summary>
internal sealed class FusedJournal(ITransactionJournal journal, Fuse fuse) : ITransactionJournal
{
    public Task<ImmutableArray<JournalEntry>> Read(CancellationToken cancel) => fuse.Step(() => journal.Read(cancel));

    public Task<bool> Write(JournalEntry entry, CancellationToken cancel) => fuse.Step(() => journal.Write(entry, cancel));

    public Task Remove(ulong nonce, string purpose, CancellationToken cancel) => fuse.Step(async () => { await journal.Remove(nonce, purpose, cancel); return 0; });
}
